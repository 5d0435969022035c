"""Named grids of experiments: experiments/*.yaml, queued and run by DVC, compared in MLflow."""
