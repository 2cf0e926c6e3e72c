"""The pages of a story, and of what changed in it."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse

from pipeline.desk.store import read_one
from pipeline.envelope import Coordinate
from pipeline.kafka.reader import fetch_all
from pipeline.search.groups import add_members
from pipeline.search.similar import similar_stories
from pipeline.search.stories import story as found_story
from pipeline.story import AnnotatedStory, Story
from pipeline.web.annotated import extracted, paragraphs
from pipeline.web.changes import changed
from pipeline.web.installation import Installed
from pipeline.web.query_parameters import Index, Text
from pipeline.web.templating import rendered
from pipeline.web.world_map import Marked, world_map

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/story")
def story(uri: Text, index: Index) -> str:
    """Show a story with its names and quotes, versions, map, the other members of its group and related stories."""
    found = found_story(index, uri)
    if found is None:
        raise _no_story(uri)
    ours = {name: value for name, value in found.items() if name in AnnotatedStory.model_fields}
    annotated = AnnotatedStory.model_validate(ours)
    return rendered(
        "story.html",
        story=add_members(index, [found])[0],
        paragraphs=paragraphs(annotated),
        extracted=extracted(annotated),
        names={entity.id: entity.name for entity in annotated.entities},
        map=world_map(Marked(each["name"], each["place"]) for each in found["entities"] if "place" in each),
        related=similar_stories(index, found),
    )


@router.get("/story/changes")
def changes(uri: Text, version: Annotated[int, Query(ge=0)], index: Index, installed: Installed) -> str:
    """Show what changed in headline and text since a version, from what Kafka still holds."""
    found, record = found_story(index, uri), read_one(index, uri)
    if found is None or record is None:
        raise _no_story(uri)
    at = record.place_of(version)
    before = fetch_all(installed.servers.kafka, [Coordinate.parse(at)]) if at else []
    if not before:
        raise HTTPException(404, f"The text of version {version} is kept no longer")
    old = Story.model_validate_json(before[0].payload)
    return rendered(
        "changes.html",
        story=found,
        version=version,
        changes=changed(_whole(old.headline, old.body), _whole(found.get("headline"), found["body"])),
    )


def _no_story(uri: str) -> HTTPException:
    return HTTPException(404, f"There is no story {uri}")


def _whole(headline: str | None, body: str) -> list[str]:
    return [headline or "", *body.split("\n")]
