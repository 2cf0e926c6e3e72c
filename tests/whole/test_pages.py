"""The pages in a real browser: with a mouse, with the keyboard alone, and without scripts."""

import csv
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from pipeline import topics
from tests.whole import browser, desk
from tests.whole.conftest import Wire, eventually
from tests.whole.groups import four, write

WORD = "gruntfish"
PATHS = {
    "search": f"/?q={WORD}",
    "quotes": "/?quotes=true&speaker=Maria+Keller",
    "story": f"/story?uri=urn:desk:{WORD}:8",
    "changes": "/story/changes?uri=urn:desk:told-twice&version=1",
    "group": "/?q=pagelark",
    "member": "/story?uri=urn:pagelark:variant",
    "report": "/report?uri=urn:pagelark:first",
    "name": "/name?name=Maria+Keller",
    "wall": "/wall?window=7d",
    "events": "/events",
    "source": f"/story/source?uri=urn:desk:{WORD}:8",
    "decide": f"/story/decide?uri=urn:desk:{WORD}:8",
    "utterances": "/utterances",
    "identities": "/identities",
    "alerts": "/alerts",
    "status": "/status",
    "nothing": "/?q=nobodyhasthisword",
    "failed": "/story?uri=none",
    "unreadable": "/?q=gas+AND",
}
HITS = ".list .hit"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.started() as found:
        yield found


@pytest.fixture(scope="module")
def fed(wire: Wire) -> Wire:
    told = desk.item("urn:desk:told-twice", "A boat sank off Lima.\nTwo people died, police said.", hours=50)
    wire.feed(*desk.stories(WORD), told)
    wire.await_idle()
    wire.feed(told | {"version": 2, "body_text": "A boat sank off Lima.\nThree people died, police said."})
    wire("feed", "-", "--format", "ninjs", input=b"{broken", code=None)
    wire("alert", "add", "fish", WORD, "--replace")
    write(wire, *four("pagelark"))
    wire.await_idle()
    return wire


@pytest.fixture
def page(chromium: Browser, fed: Wire) -> Iterator[Page]:
    """A desktop page; any console error or failed request fails the test."""
    context = chromium.new_context(base_url=fed.address, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    assert [each for each in complaints if "Failed to load resource" not in each] == []


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def total(page: Page) -> int:
    return int(re.sub(r"\D", "", page.locator(".count").inner_text()))


class TestSearching:
    def test_words_then_a_facet_then_without_it_again(self, page):
        page.goto("/")
        page.get_by_label("Search", exact=True).fill(WORD)
        page.get_by_role("button", name="Search").click()
        expect(page.locator(".count")).to_have_text("40 stories")
        places = page.locator(".facets details", has=page.get_by_text("place", exact=True))
        facet = places.locator("li", has_text="Lima")
        count = int(facet.locator(".n").inner_text())
        facet.get_by_role("link").click()
        assert (total(page), asked(page)) == (count, {"q": [WORD], "place": ["Lima"]})
        page.get_by_title("Remove this filter").click()
        assert total(page) == 40

    def test_dragging_over_the_histogram_asks_for_that_time(self, page):
        page.goto(f"/?q={WORD}")
        bars = page.locator(".histogram .bar")
        counts = [int((bar.text_content() or "0").split(" ")[0]) for bar in bars.all()]
        assert sum(counts) == 40
        first, last = len(counts) // 3, len(counts) // 2
        box = page.locator(".histogram svg").bounding_box()
        at = [box["x"] + box["width"] * (number + 0.5) / len(counts) for number in (first, last)]
        page.mouse.move(at[0], box["y"] + 20)
        page.mouse.down()
        page.mouse.move(at[1], box["y"] + 20, steps=5)
        page.mouse.up()
        page.wait_for_url("**since=**")
        assert total(page) == sum(counts[first : last + 1])

    def test_a_bar_is_a_link_for_those_who_do_not_drag(self, page):
        page.goto(f"/?q={WORD}")
        link = page.locator(".histogram a").first
        count = int(link.get_attribute("aria-label").split(" ")[0])
        link.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**since=**")
        assert total(page) == count

    def test_the_next_page_has_what_the_first_has_not(self, page):
        page.goto(f"/?q={WORD}&sort=time")
        first = page.locator(f"{HITS} h2").all_inner_texts()
        page.get_by_role("link", name="Next page").click()
        page.wait_for_url("**cursor=**")
        second = page.locator(f"{HITS} h2").all_inner_texts()
        assert (len(first), len(second), set(first) & set(second)) == (20, 20, set())

    def test_the_first_page_is_light(self, page):
        sizes: list[int] = []
        page.on("response", lambda response: sizes.append(len(response.body())))
        page.goto("/", wait_until="load")
        page.wait_for_timeout(500)
        assert 5_000 < sum(sizes) < 100_000

    def test_a_question_that_cannot_be_asked_says_where_it_is_wrong(self, page):
        page.goto("/?q=%22open")
        expect(page.get_by_role("alert")).to_contain_text('Character 1: this " is not closed')
        expect(page.get_by_label("Search", exact=True)).to_have_value('"open')
        page.get_by_role("link", name='"open"').click()
        expect(page.locator(".count")).to_be_visible()

    def test_names_are_completed_while_typing_with_the_keyboard_alone(self, page):
        page.goto("/")
        page.keyboard.press("/")
        page.keyboard.type(f"{WORD} speaker:kel")
        option = page.get_by_role("option").first
        expect(option).to_contain_text("Maria Keller")
        page.keyboard.press("ArrowDown")
        expect(option).to_have_attribute("aria-selected", "true")
        page.keyboard.press("Enter")
        expect(page.get_by_label("Search", exact=True)).to_have_value(f'{WORD} speaker:"Maria Keller" ')
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("Maria"))
        assert 0 < total(page) <= 40


class TestReading:
    def test_a_story_its_speaker_and_what_they_said(self, page):
        page.goto(f"/story?uri=urn:desk:{WORD}:8")
        expect(page.locator("h1")).to_have_text("About 8")
        assert page.locator(".body .quote").count() > 1
        page.locator("aside .quotes footer a").first.click()
        page.wait_for_url("**/name?name=Maria%20Keller")
        expect(page.locator("h1")).to_have_text("Maria Keller")
        expect(page.locator("section", has_text="Says").locator(".said").first).to_be_visible()
        expect(page.locator("section", has_text="Named with")).to_contain_text("Tom Bradley")

    def test_the_number_of_a_quote_leads_to_it_and_back(self, page):
        page.goto(f"/story?uri=urn:desk:{WORD}:8")
        page.locator(".body .ref").first.click()
        assert page.url.endswith("#q1-said")
        page.locator("#q1-said p a").click()
        assert page.url.endswith("#q1")

    def test_places_stand_on_a_map(self, page):
        page.goto(f"/story?uri=urn:desk:{WORD}:8")
        circle = page.locator(".map circle").first
        x, y = float(circle.get_attribute("cx")), float(circle.get_attribute("cy"))
        # Nairobi: 1.3° south, 36.8° east.
        assert (round(x / 2 - 180), round(90 - y / 2)) == (37, -1)
        expect(page.locator(".map use")).to_be_visible()

    def test_versions_with_what_changed(self, page):
        page.goto("/story?uri=urn:desk:told-twice")
        page.get_by_role("link", name="what changed since").click()
        expect(page.locator("del")).to_have_text("Two")
        expect(page.locator("ins")).to_have_text("Three")

    def test_who_else_has_a_story_opens_in_place_and_leads_to_who_had_it_first(self, page):
        page.goto("/?q=pagelark")
        expect(page.locator(".count").first).to_have_text("4 stories, 1 different")
        expect(page.locator(HITS)).to_have_count(1)
        expect(page.locator(f"{HITS} .related li").first).to_be_hidden()
        page.locator(f"{HITS} summary").click()
        expect(page.locator(f"{HITS} .related li")).to_have_count(3)
        page.get_by_role("link", name="who had what first").click()
        expect(page.locator("tbody tr")).to_have_count(4)
        expect(page.locator("tbody tr").nth(2)).to_contain_text("says otherwise: 27, not 12")
        expect(page.locator("ins", has_text="27")).to_be_visible()

    def test_each_story_is_shown_to_who_asks_for_that(self, page):
        page.goto("/?q=pagelark")
        page.get_by_role("link", name="Each story").click()
        expect(page.locator(".count").first).to_have_text("4 stories")
        expect(page.locator(HITS)).to_have_count(4)

    def test_related_stories(self, page):
        page.goto(f"/story?uri=urn:desk:{WORD}:8")
        assert page.locator(".related li").count() >= 3


class TestWatching:
    def test_a_story_that_comes_in_is_announced_and_moves_nothing(self, page, fed):
        page.goto("/?q=lanternfish")
        page.wait_for_timeout(1_500)
        fed.feed(desk.item("urn:live:first", "A lanternfish in Oslo."))
        button = page.locator(".arrivals button")
        expect(button).to_have_text("Show 1 new", timeout=20_000)
        assert page.locator(HITS).count() == 0
        button.click()
        expect(page.locator(f"{HITS} h2 a")).to_have_text("About first")
        expect(page.locator(f"{HITS} h2 a")).to_be_focused()
        fed.feed(desk.item("urn:live:second", "Another lanternfish in Lima, far from Oslo and its boats."))
        expect(button).to_have_text("Show 1 new", timeout=20_000)
        expect(page.locator(HITS)).to_have_count(1)

    def test_an_alert_rings(self, page, fed):
        page.goto("/alerts")
        page.goto("/")
        fed.feed(desk.item("urn:live:alert", f"A {WORD} in Oslo harbour again, and nobody knows why it came."))
        expect(page.locator(".bell")).to_have_text("1", timeout=30_000)
        page.get_by_role("link", name="Alerts").click()
        expect(page.locator(".told h2").first).to_have_text("About alert")
        expect(page.locator(".bell")).to_have_text("")

    def test_the_wall(self, page):
        page.goto("/wall?window=7d")
        expect(page.locator(".latest li").first).to_be_visible()
        expect(page.locator("section", has_text="Top speakers")).to_contain_text("Maria Keller")
        assert int(page.locator(".figure").inner_text()) >= 40

    def test_a_dead_letter_is_replayed_by_who_has_the_token(self, page, fed):
        token = fed("token", "add", f"replayer-{id(page)}").stdout.decode().strip()
        page.goto("/status")
        expect(page.locator("table", has_text="annotate").first).to_contain_text("0")
        before = page.locator("input[name=letter]").count()
        assert before
        page.locator("input[name=letter]").first.check()
        page.get_by_label("Token").fill("wrong")
        page.get_by_role("button", name="Replay").click()
        expect(page.get_by_role("alert")).to_contain_text("token")
        page.goto("/status")
        page.locator("input[name=letter]").first.check()
        page.get_by_label("Token").fill(token)
        page.get_by_role("button", name="Replay").click()
        expect(page.locator(".done")).to_have_text("1 replayed.")
        eventually(lambda: page.goto("/status") and page.locator("input[name=letter]").count() == before)
        for reason in page.locator("input[name=reason]").all():
            reason.check()
        page.get_by_label("Token").fill(token)
        page.get_by_role("button", name="Drop").click()
        expect(page.locator(".done")).to_have_text(re.compile(r"[1-9]\d* dropped\."))
        expect(page.locator("input[name=letter]")).to_have_count(0)

    def test_the_status_says_whether_all_is_well_and_plots_the_last_day(self, page, fed):
        page.goto("/status")
        expect(page.locator(".verdict")).to_contain_text(
            re.compile("All is well|need attention|dead-letter queue|waits? for")
        )
        eventually(lambda: page.goto("/status") and page.locator(".plots-of").count() >= len(topics.STAGES) + 1)
        rate = page.locator(".plots-of", has_text="receipt to index")
        assert rate.locator("path").first.get_attribute("d").startswith("M")
        rate.locator("summary").click()
        expect(rate.locator("tbody tr").last).to_be_visible()
        rows = list(csv.reader(httpx.get(f"{fed.address}/status/history.csv").text.splitlines()))
        assert rows[0] == ["time", "of", "name", "unit", "value"]
        assert {row[1] for row in rows[1:]} >= {*topics.STAGES, "receipt to index"}
        past = httpx.get(f"{fed.address}/api/v1/status/history").json()
        indexed = sum(value or 0 for each in past["series"] if each["of"] == "index" for value in each["values"])
        assert len(past["at"]) == 48
        assert indexed > 0

    def test_who_has_a_token_reads_where_each_field_stands(self, page, fed):
        token = fed("token", "add", f"reader-{id(page)}").stdout.decode().strip()
        page.goto(f"/story?uri=urn:desk:{WORD}:8")
        page.get_by_role("link", name="source", exact=True).click()
        page.get_by_label("token").fill(token)
        page.get_by_role("button", name="Show").click()
        expect(page.locator("tr", has_text="headline").first).to_contain_text("$.headline")
        expect(page.locator("tr", has_text="About 8").first).to_contain_text("$.headline")

    def test_who_has_the_token_decides_where_a_story_belongs(self, page, fed):
        text = f"Rescuers from Callao, Chorrillos, Ancon and Miraflores met at 7 in Lima. {desk.matter('an update')}"
        fed.feed(desk.item("urn:desk:earlier", text, hours=60, headline="Rescuers meet"))
        fed.feed(desk.item("urn:desk:later", f"{text}\nThe rest follows.", hours=59, headline="Rescuers meet in Lima"))
        fed.await_idle()
        page.goto("/story?uri=urn:desk:later")
        page.get_by_role("link", name="it belongs elsewhere").click()
        page.get_by_label("why").fill("they meet twice")
        page.get_by_label("token").fill(fed("token", "add", "editor-of-pages").stdout.decode().strip())
        page.get_by_role("button", name="Decide").click()
        expect(page.locator(".done")).to_contain_text("stands alone")
        fed.await_idle()
        page.goto("/report?uri=urn:desk:later")
        expect(page.locator("table", has_text="What people decided")).to_contain_text("they meet twice")
        expect(page.locator("table").first).not_to_contain_text("urn:desk:earlier")

    def test_a_source_is_shown_to_nobody_else(self, fed):
        address = f"{fed.address}/api/v1/story/source"
        assert httpx.get(address, params={"uri": f"urn:desk:{WORD}:8"}).status_code == 401
        token = fed("token", "add", "api-reader").stdout.decode().strip()
        headers = {"Authorization": f"Bearer {token}"}
        found = httpx.get(address, params={"uri": f"urn:desk:{WORD}:8"}, headers=headers).json()
        assert found["fields"]["headline"] == ["$.headline"]
        assert httpx.get(address, params={"uri": "urn:none"}, headers=headers).status_code == 404


class TestEverybody:
    @pytest.fixture(scope="class")
    @classmethod
    def views(cls, chromium, fed):
        """A page for each way of looking; they visit all addresses, since a new one takes half a second."""
        phone = {"viewport": {"width": 360, "height": 740}, "is_mobile": True}
        ways = {"light": {"color_scheme": "light"}, "dark": {"color_scheme": "dark"}, "phone": phone}
        contexts = {way: chromium.new_context(base_url=fed.address, **options) for way, options in ways.items()}
        yield {way: context.new_page() for way, context in contexts.items()}
        for context in contexts.values():
            context.close()

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("name", PATHS)
    def test_no_page_has_a_serious_fault_for_those_who_do_not_see_it(self, views, name, scheme):
        page = views[scheme]
        page.goto(PATHS[name])
        # In the dark only colours differ.
        rules = {"runOnly": ["color-contrast"]} if scheme == "dark" else None
        violations = Axe().run(page, options=rules).response["violations"]
        serious = [each for each in violations if each["impact"] in ("serious", "critical")]
        assert [(each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in serious] == []

    def test_dark_is_dark(self, views):
        grounds = []
        for scheme in ("light", "dark"):
            views[scheme].goto("/")
            ground = views[scheme].evaluate("getComputedStyle(document.body).backgroundColor")
            grounds.append(sum(map(int, re.findall(r"\d+", ground)[:3])))
        light, dark = grounds
        assert light > 700
        assert dark < 100

    @pytest.mark.parametrize("name", PATHS)
    def test_no_page_is_wider_than_a_phone(self, views, name):
        views["phone"].goto(PATHS[name])
        assert views["phone"].evaluate("document.documentElement.scrollWidth") <= 360

    def test_with_the_keyboard_alone(self, page):
        page.goto("/")
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("/")
        page.keyboard.type(WORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**q={WORD}**")
        page.keyboard.press("Tab")
        page.locator("body").press("j")
        expect(page.locator(f"{HITS} h2 a").first).to_be_focused()
        page.keyboard.press("j")
        expect(page.locator(f"{HITS} h2 a").nth(1)).to_be_focused()
        page.keyboard.press("Enter")
        page.wait_for_url("**/story?uri=**")

    def test_without_scripts(self, chromium, fed):
        context = chromium.new_context(base_url=fed.address, java_script_enabled=False)
        page = context.new_page()
        page.goto(f"/?q={WORD}")
        page.locator(".histogram a").first.click()
        assert 0 < total(page) < 40
        page.locator(f"{HITS} h2 a").first.click()
        assert page.locator(".body p").count() > 1
        page.goto("/wall")
        assert page.locator(".latest li").count()
        context.close()


NASTY = (
    "<script>pwn()</script>",
    '"><img src=x onerror=pwn()>',
    "<svg onload=pwn()><animate onbegin=pwn()>",
    "</title></textarea></style><script>pwn()</script>",
    "javascript:pwn()",
    "'-pwn()-' {{7*7}} ${pwn()} <%= pwn() %>",
    "<style>*{background:url(//evil.example/x)}</style><a style=position:fixed;inset:0 href=//evil.example>x</a>",
    "\u202eevil\u202c \u0000\u001b[31m \ufeff\u200b<ｓcript>pwn()</ｓcript>",
    "]]><!--<script>pwn()</script>-->",
)


def hostile(number: int, nasty: str) -> dict[str, Any]:
    """Return a story with that text in every text field."""
    return desk.item(
        f"urn:hostile:{number}:{nasty}",
        f"Ann Lee met Bob Ray in Oslo, hostilefish {nasty}.\n“It is {nasty},” said Ann {nasty} Lee.\n"
        f"{desk.matter(nasty)}",
        hours=60 + number, headline=f"Hostile {nasty}",
        byline=nasty, slugline=nasty, ednote=nasty, usageterms=nasty, copyrightholder=nasty,
        located=nasty, language=nasty[:20], keyword=[nasty], subject=[{"code": nasty, "name": nasty}],
        infosources=[{"name": nasty}], genre=[{"code": nasty, "name": nasty}],
    )  # fmt: skip


class TestHostileStories:
    @pytest.fixture(scope="class")
    @classmethod
    def fed_hostile(cls, fed):
        fed("alert", "add", "hostile", "hostilefish", "--replace")
        fed.feed(*(hostile(number, nasty) for number, nasty in enumerate(NASTY)), code=None)
        fed.await_idle()
        return fed

    @pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
    def test_a_page_may_load_nothing_but_its_own(self, page, path):
        assert page.goto(path).headers["content-security-policy"].startswith("default-src 'none'; ")

    def test_what_a_story_says_does_nothing_on_any_page_feed_or_export(self, chromium, fed_hostile):
        context = chromium.new_context(base_url=fed_hostile.address)
        context.add_init_script(
            "window.done = []; window.pwn = () => window.done.push('pwn');"
            "addEventListener('securitypolicyviolation', (e) => window.done.push(e.violatedDirective + e.blockedURI))"
        )
        page = context.new_page()
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        outside: list[str] = []
        page.on("request", lambda r: None if r.url.startswith(fed_hostile.address) else outside.append(r.url))
        page.goto("/?q=hostilefish&size=50")
        stories = [link.get_attribute("href") for link in page.locator(f"{HITS} h2 a").all()]
        assert len(stories) == len(NASTY)
        names = [link.get_attribute("href") for link in page.locator(f"{HITS} .names a").all()]
        pages = [
            "/?q=hostilefish",
            "/?q=hostilefish&quotes=true",
            "/?q=%3Cscript%3Epwn()%3C/script%3E",
            "/wall?window=30d",
            "/events?q=hostilefish",
            "/?q=hostilefish&events=true",
        ]
        pages += [f"/alerts{what}" for what in ("", "?alert=hostile", "?alert=%22%3E%3Cscript%3Epwn()%3C/script%3E")]
        pages += [f"/?{name}=%3Cscript%3Epwn()%3C/script%3E" for name in ("q", "since", "source", "cursor", "sort")]
        pages += ["/name?name=%3Cimg%20src=x%20onerror=pwn()%3E"]
        feeds = [f"/api/v1/export/{kind}?q=hostilefish" for kind in ("rss", "atom")]
        feeds += ["/api/v1/alerts/hostile/atom", "/api/v1/search?q=hostilefish"]
        for path in [*pages, *stories, *dict.fromkeys(names), *feeds]:
            page.goto(path)
            page.wait_for_timeout(20)
            assert page.evaluate("window.done") == [], path
        context.close()
        assert outside == []
