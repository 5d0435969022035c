"""Instructions: what a user would ask for, in words, for each operation.

phrases: an operation's own words. grammar: wordings without a model. rules, judging: what makes one unfit.
recipe: the paper's recipe with an LLM. wordings: both ways for a whole table. diversity: figures.
"""
