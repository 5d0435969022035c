"""Text backends behind one interface (`base.Backend`): template, transformers, openai, vllm; one file each.

`choosing.open_backend` makes the one that params.yaml names. None is imported before it is chosen.
"""
