"""The check ``remote-model-code``: code that comes with a model and runs unseen."""

from __future__ import annotations

from checks.events import UNKNOWN, Call
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, calls, check
from checks.report import Report

_COMMIT = 40
"""Hexadecimal digits of a full commit id."""

_CLASSES = (
    "AutoConfig",
    "AutoFeatureExtractor",
    "AutoImageProcessor",
    "AutoModel",
    "AutoModelForCausalLM",
    "AutoModelForImageClassification",
    "AutoModelForImageTextToText",
    "AutoModelForMaskedLM",
    "AutoModelForQuestionAnswering",
    "AutoModelForSeq2SeqLM",
    "AutoModelForSequenceClassification",
    "AutoModelForSpeechSeq2Seq",
    "AutoModelForTokenClassification",
    "AutoModelForVision2Seq",
    "AutoProcessor",
    "AutoTokenizer",
)


@check(
    id="remote-model-code",
    title="A model brings code that nobody pinned",
    aspect=Aspect.INPUT,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=calls(
        "*.{from_pretrained,from_config}",
        *(f"transformers.{name}.{{from_pretrained,from_config}}" for name in _CLASSES),
        "transformers.pipeline",
        "datasets.{load_dataset,load_metric}",
        "evaluate.load",
        "torch.hub.load",
        "sentence_transformers.SentenceTransformer",
    ),
    cwe=(494, 829),
    security=True,
)
def remote_model_code(call: Call, report: Report) -> None:
    """A model or data set may bring code of its own, from a branch that its owner can change.

    `trust_remote_code=True` without a commit as `revision`, and `torch.hub.load` of a repository
    without a commit behind the colon. What is loaded from a folder is clean.

    Why:
        The code runs with all rights of this program. Whoever takes over the account at the hub,
        or pushes to the branch, runs code here at the next start.
    Bad:
        from transformers import AutoModel

        def load():
            return AutoModel.from_pretrained("acme/reader", trust_remote_code=True)
    Bad:
        import torch

        def load():
            return torch.hub.load("acme/vision:main", "resnet", trust_repo=True)
    Good:
        from transformers import AutoModel

        REVISION = "4d5c1f9a0f1f9e3b7c2a6d8e0b1c3d5e7f9a1b3c"

        def load():
            return AutoModel.from_pretrained(
                "acme/reader", trust_remote_code=True, revision=REVISION
            )
    Good:
        from transformers import AutoModel

        def load():
            return AutoModel.from_pretrained("acme/reader")
    Suppress:
        Where the repository at the hub is your own.
    """
    if call.name == "torch.hub.load":
        _hub(call, report)
        return
    trusted = call.argument(None, "trust_remote_code")
    if trusted is None or trusted.constant is not True:
        return
    where = call.argument(0, "model")
    path = None if where is None else where.constant
    if isinstance(path, str) and path.startswith((".", "/", "~")):
        return
    revision = call.argument(None, "code_revision") or call.argument(None, "revision")
    if revision is not None and (revision.constant is UNKNOWN or _is_commit(revision.constant)):
        return
    _say(call, report, "`trust_remote_code=True` runs the code that comes with it")


def _hub(call: Call, report: Report) -> None:
    source, repository = call.argument(None, "source"), call.argument(0, "repo_or_dir")
    name = None if repository is None else repository.constant
    if not isinstance(name, str) or "/" not in name or name.startswith((".", "/", "~")):
        return
    if source is not None and source.constant != "github":
        return
    if not _is_commit(name.rpartition(":")[2]):
        _say(call, report, "`torch.hub.load` runs the `hubconf.py` of the repository")


def _is_commit(revision: object) -> bool:
    return (
        isinstance(revision, str)
        and len(revision) == _COMMIT
        and all(one in "0123456789abcdef" for one in revision.lower())
    )


def _say(call: Call, report: Report, what: str) -> None:
    report(
        at=call,
        message=f"{what}, from whatever its branch holds then.",
        why="Whoever can push there runs code here with the rights of this program.",
        fix="Read that code once, and pin its commit.",
    )
