"""The search API: the pages' JSON twin."""

from typing import Any

from fastapi import APIRouter

from pipeline.search.stories import Question, emphasised
from pipeline.web.question import Asked, Asking

router = APIRouter()


@router.get("/api/v1/search")
def search(question: Asked, index: Asking) -> dict[str, Any]:
    """The stories, or quotes, that fit: how many, and the first of them."""
    answer = index.ask(question)
    return {"total": answer.total, "hits": [_marked(hit) for hit in answer.hits]}


@router.get("/health")
def health() -> dict[str, str]:
    """Whether this process serves."""
    return {"status": "ok"}


@router.get("/ready")
def ready(index: Asking) -> dict[str, str]:
    """Whether it can answer searches; 503 with the reason where not."""
    index.ask(Question(size=0))
    return {"status": "ok"}


def _marked(hit: dict[str, Any]) -> dict[str, Any]:
    return {
        **hit,
        "highlight": {name: [emphasised(text) for text in texts] for name, texts in hit["highlight"].items()},
    }
