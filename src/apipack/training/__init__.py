"""Fine-tuning on TRL and peft: loss on the completion alone, checkpoints, frozen layers run once."""
