"""Calls in ten languages, each in a module of its own; `codec` writes and reads them, `params` names them."""
