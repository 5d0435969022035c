"""TRL's own trainer on the release's tool calls, as they are.

    python -m benchmarks.trl_tools data/release/data/tools 5

Some steps of `SFTTrainer` on the embedded model. Nothing is prepared: the trainer reads `messages` and `tools` and
writes them in the model's chat template. The embedded model's shows no tools, so that it is given one that does
(`TEMPLATE`); models that are made for tools have their own. One line of JSON: steps, losses, and whether the text that
is trained on shows the tool and the call.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from datasets import load_dataset
from trl import SFTConfig, SFTTrainer

from apipack.models.places import resolve

ROWS = 64
TEMPLATE = """{%- if tools %}<|im_start|>system
<tools>
{%- for tool in tools %}
{{ tool | tojson }}
{%- endfor %}
</tools><|im_end|>
{% endif %}
{%- for message in messages %}<|im_start|>{{ message.role }}
{{ message.content }}
{%- for call in message.tool_calls or [] %}<tool_call>
{{ call.function | tojson }}
</tool_call>
{%- endfor %}<|im_end|>
{% endfor %}
{%- if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""


def main(folder: Path, steps: int) -> None:
    files = str(folder / "train-00000-of-00001.parquet")
    rows = load_dataset("parquet", data_files=files, split="train").select(range(ROWS))
    with tempfile.TemporaryDirectory() as scratch:
        template = Path(scratch, "template.jinja")
        template.write_text(TEMPLATE, encoding="utf-8")
        settings = SFTConfig(
            output_dir=scratch,
            max_steps=steps,
            per_device_train_batch_size=1,
            learning_rate=1e-4,
            logging_steps=1,
            max_length=512,
            bf16=False,
            gradient_checkpointing=False,
            model_init_kwargs={"dtype": "float32"},
            chat_template_path=str(template),
            use_cpu=True,
            report_to="none",
            save_strategy="no",
        )
        trainer: Any = SFTTrainer(model=str(resolve("embedded")), args=settings, train_dataset=rows)
        text: str = trainer.processing_class.decode(trainer.train_dataset[0]["input_ids"])
        trainer.train()
    call = rows[0]["messages"][1]["tool_calls"][0]["function"]
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    shown = {"shows_tool": rows[0]["tools"][0]["function"]["name"] in text.partition("</tools>")[0]}
    written = text.partition("<tool_call>\n")[2].partition("\n</tool_call>")[0]
    print(json.dumps({"steps": len(losses), "losses": losses, **shown, "shows_call": json.loads(written) == call}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
