"""Large files leave a browser in pieces: over lines that break, past reloads and restarts, and never half."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests import chromium
from tests.client.live_site import LiveSite
from tests.end_to_end.conftest import DESKTOP, PHONE
from tests.end_to_end.test_accessibility import serious_violations
from tests.end_to_end.uploading import TASK, Line, OpenSender, Sender, make_checkpoint

pytestmark = [pytest.mark.browser, pytest.mark.slow]
#: Pieces of 256 KiB, 512 KiB, 1 MiB and the rest.
SIZE = 2 * 2**20


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    live = LiveSite(tmp_path_factory.mktemp("uploading"))
    yield live
    live.stop()


@pytest.fixture
def open_sender(site: LiveSite, browser: Browser) -> Iterator[OpenSender]:
    """Every script error on a page fails the test."""
    site.ask("fresh")
    contexts: list[BrowserContext] = []
    lines: list[Line] = []
    errors: list[str] = []

    def open_(
        who: str = "pair1a", *, lets: int = 10**9, language: str = "en", context: Any = None, **more: Any
    ) -> Sender:
        locale = {"en": "en-GB", "fr": "fr-FR"}[language]
        if context is None:
            more = {"viewport": DESKTOP, **more}
            context = chromium.somebody(browser, base_url=site.url, locale=locale, reduced_motion="reduce", **more)
            context.add_cookies([{**site.ask("session", user=who), "url": site.url}])
            contexts.append(context)
        page: Page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if "Security Policy" in message.text else None)
        lines.append(Line(page, lets))
        page.goto(TASK)
        return Sender(page, site, lines[-1])

    yield open_
    for line in lines:
        line.cut()
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def best(tmp_path: Path) -> Path:
    return tmp_path / "best.pt"


def test_a_file_goes_in_pieces_with_its_progress_and_arrives_byte_by_byte(open_sender: OpenSender, best: Path) -> None:
    sha256 = make_checkpoint(best, size_bytes=SIZE)
    pair = open_sender(lets=2)
    pair.send(best)
    pair.expect_mood("sending")
    expect(pair.row.locator("[data-name]")).to_have_text("best.pt")
    expect(pair.row.locator("[data-figures]")).to_contain_text("0.8 MiB / 2.0 MiB · 37%")
    assert float(pair.row.locator("progress").evaluate("bar => bar.value / bar.max")) == pytest.approx(0.375, abs=0.01)
    assert pair.page.locator("#hand-in > button").is_disabled()
    pair.line.open()
    pair.wait_for_arrival(sha256)
    assert pair.line.offsets == [0, 256 * 2**10, 768 * 2**10, 1792 * 2**10]
    (form,) = pair.line.handed_in
    assert sha256 in form


def test_a_file_that_is_dropped_on_the_form_sets_out_at_once(open_sender: OpenSender) -> None:
    pair = open_sender()
    dropped = pair.page.evaluate_handle(
        """() => {
          const transfer = new DataTransfer();
          const text = "PK\\x03\\x04" + "not much ".repeat(100);
          transfer.items.add(new File([text], "dropped.pt"));
          return transfer;
        }"""
    )
    pair.page.dispatch_event("#hand-in", "dragenter", {"dataTransfer": dropped})
    expect(pair.page.locator("#hand-in")).to_have_class("drop is-over")
    pair.page.dispatch_event("#hand-in", "drop", {"dataTransfer": dropped})
    pair.page.wait_for_url("**/submissions/*/")
    assert [row[3] for row in pair.site.ask("state")["submissions"]] == ["dropped.pt"]


def test_a_pause_lets_no_byte_go_and_going_on_sends_the_rest(open_sender: OpenSender, best: Path) -> None:
    sha256 = make_checkpoint(best, size_bytes=SIZE)
    pair = open_sender(lets=1)
    pair.send(best)
    expect(pair.row.locator("[data-figures]")).to_contain_text("0.3 MiB / 2.0 MiB")
    pair.row.locator("[data-act=pause]").press("Enter")
    pair.expect_mood("paused")
    expect(pair.row.locator("[data-act=resume]")).to_be_focused()
    expect(pair.row).to_contain_text("What has arrived is kept.")
    ((_, arrived),) = pair.site.ask("state")["uploads"]
    assert arrived == 256 * 2**10
    pair.line.cut()
    pair.line.lets = 10**9
    pair.act("resume")
    pair.wait_for_arrival(sha256)
    assert pair.line.offsets[:2] == [0, 256 * 2**10]


def test_a_cancelled_upload_leaves_nothing_on_the_server_and_nothing_on_the_page(
    open_sender: OpenSender, best: Path
) -> None:
    make_checkpoint(best, size_bytes=SIZE)
    pair = open_sender(lets=1)
    pair.send(best)
    expect(pair.row.locator("[data-figures]")).to_contain_text("0.3 MiB / 2.0 MiB")
    with pair.page.expect_response(lambda answer: answer.request.method == "DELETE"):
        pair.act("cancel")
    expect(pair.row).to_have_count(0)
    expect(pair.page.locator("#file")).to_be_focused()
    expect(pair.page.locator("[data-announced]")).to_contain_text("best.pt: Cancelled")
    assert pair.page.locator("#hand-in > button").is_enabled()
    assert pair.site.ask("state")["uploads"] == []
    pair.page.reload()
    expect(pair.row).to_have_count(0)
    assert pair.page.evaluate("localStorage.length") == 0
    assert pair.line.handed_in == []


def test_after_a_reload_in_the_middle_the_same_file_goes_on_where_it_was(open_sender: OpenSender, best: Path) -> None:
    sha256 = make_checkpoint(best, size_bytes=SIZE)
    pair = open_sender(lets=2)
    pair.page.add_init_script("delete window.showOpenFilePicker")  # as in Firefox and Safari
    pair.send(best)
    expect(pair.row.locator("[data-figures]")).to_contain_text("0.8 MiB")
    pair.page.on("dialog", lambda dialog: dialog.accept())  # bytes would be lost: the browser asks
    pair.page.reload()
    pair.expect_mood("unfinished")
    expect(pair.row).to_contain_text(re.compile(r"37% has arrived and is kept until"))
    other = best.with_name("last.pt")
    make_checkpoint(other, size_bytes=1000)
    with pair.page.expect_file_chooser() as chooser:
        pair.act("choose")
    chooser.value.set_files(other)
    expect(pair.row).to_contain_text("That is another file. This upload goes on with best.pt (2.0 MiB)")
    pair.line.cut()
    pair.line.lets = 10**9
    with pair.page.expect_file_chooser() as chooser:
        pair.act("choose")
    chooser.value.set_files(best)
    pair.wait_for_arrival(sha256)
    assert pair.line.offsets[2] == 768 * 2**10


@pytest.mark.parametrize("asks", [False, True], ids=["by itself", "when it is let"])
def test_where_the_browser_lets_us_keep_the_file_an_upload_goes_on(
    open_sender: OpenSender, best: Path, asks: bool
) -> None:
    sha256 = make_checkpoint(best, size_bytes=SIZE)
    pair = open_sender(lets=2)
    # The picker is the browser's own window, which no test can use: it gives a file of the page's private folder.
    pair.page.expose_function("bytesOfBest", lambda: best.read_bytes().hex())
    pair.page.evaluate(
        """async () => {
          const folder = await navigator.storage.getDirectory();
          const handle = await folder.getFileHandle("best.pt", { create: true });
          const writable = await handle.createWritable();
          await writable.write(Uint8Array.fromHex ? Uint8Array.fromHex(await bytesOfBest())
            : new Uint8Array((await bytesOfBest()).match(/../g).map((two) => parseInt(two, 16))));
          await writable.close();
          window.showOpenFilePicker = async () => [handle];
        }"""
    )
    pair.page.locator("#file").click()
    pair.page.locator("#hand-in > button").click()
    expect(pair.row.locator("[data-figures]")).to_contain_text("0.8 MiB")
    pair.page.on("dialog", lambda dialog: dialog.accept())
    pair.line.cut()
    pair.line.lets = 10**9
    if asks:
        pair.page.add_init_script(
            "FileSystemHandle.prototype.queryPermission = async () => 'prompt';"
            "FileSystemHandle.prototype.requestPermission = async () => 'granted';"
        )
    pair.page.reload()
    if asks:
        pair.expect_mood("continuable")
        pair.act("resume")
    pair.wait_for_arrival(sha256)
    assert pair.line.offsets[2] == 768 * 2**10


def test_a_server_killed_in_the_middle_is_waited_for_and_gets_the_rest(open_sender: OpenSender, best: Path) -> None:
    sha256 = make_checkpoint(best, size_bytes=SIZE)
    pair = open_sender(lets=2)
    pair.send(best)
    expect(pair.row.locator("[data-figures]")).to_contain_text("0.8 MiB")
    pair.site.kill()
    pair.line.open()
    pair.expect_mood("lost")
    expect(pair.row).to_contain_text("The connection is lost; we go on as soon as it is back.")
    pair.site.start()
    pair.wait_for_arrival(sha256)
    assert len(pair.line.handed_in) == 1


def test_a_connection_that_is_lost_goes_on_as_soon_as_it_is_back(open_sender: OpenSender, best: Path) -> None:
    sha256 = make_checkpoint(best, size_bytes=SIZE)
    pair = open_sender(lets=2)
    pair.send(best)
    expect(pair.row.locator("[data-figures]")).to_contain_text("0.8 MiB")
    pair.page.context.set_offline(True)
    pair.line.open()
    pair.expect_mood("lost")
    pair.page.context.set_offline(False)
    pair.wait_for_arrival(sha256)
    assert len(pair.line.handed_in) == 1


def test_a_piece_that_is_damaged_on_the_way_is_sent_again(open_sender: OpenSender, best: Path) -> None:
    sha256 = make_checkpoint(best, size_bytes=SIZE)
    pair = open_sender(lets=0)
    pair.send(best)
    pair.expect_mood("sending")
    piece = pair.line.next_held()
    with pair.page.expect_response(lambda answer: answer.status == 460):
        piece.continue_(post_data=bytes(256 * 2**10))
    pair.line.open()
    pair.wait_for_arrival(sha256)
    assert pair.line.offsets[:2] == [0, 128 * 2**10]


def test_without_https_the_sum_of_the_whole_is_made_all_the_same(open_sender: OpenSender, best: Path) -> None:
    sha256 = make_checkpoint(best, size_bytes=1000)
    pair = open_sender()
    pair.page.add_init_script(
        "Object.defineProperty(crypto, 'subtle', { value: undefined });"
        "Object.defineProperty(navigator, 'locks', { value: undefined }); delete window.showOpenFilePicker;"
    )
    pair.page.reload()
    pair.page.route("**/hand-in/", lambda route: pair.line.held.append(route))
    pair.send(best)
    pair.expect_mood("checking")
    pair.line.next_held().continue_()
    pair.wait_for_arrival(sha256)
    (form,) = pair.line.handed_in
    assert sha256 in form


def test_who_is_signed_out_meanwhile_is_told_and_loses_nothing(
    open_sender: OpenSender, best: Path, site: LiveSite
) -> None:
    sha256 = make_checkpoint(best, size_bytes=SIZE)
    pair = open_sender(lets=2)
    pair.send(best)
    expect(pair.row.locator("[data-figures]")).to_contain_text("0.8 MiB")
    pair.page.context.clear_cookies()
    pair.line.open()
    pair.expect_mood("paused")
    expect(pair.row).to_contain_text("You are signed out.")
    pair.page.context.add_cookies([{**site.ask("session", user="pair1a"), "url": site.url}])
    pair.page.reload()
    pair.expect_mood("unfinished")
    pair.choose(best)
    pair.wait_for_arrival(sha256)
    assert len(pair.line.handed_in) == 1


def test_an_answer_that_is_lost_hands_nothing_in_twice(open_sender: OpenSender, best: Path) -> None:
    sha256 = make_checkpoint(best, size_bytes=1000)
    pair = open_sender()
    lost: list[bool] = []

    def lose_once(route: Any) -> None:
        answer = route.fetch()
        if lost:
            route.fulfill(response=answer)
        else:
            lost.append(answer.ok)
            route.abort()

    pair.page.route("**/hand-in/", lose_once)
    pair.send(best)
    expect(pair.page.locator("table").get_by_role("link", name="best.pt")).to_be_visible()
    assert lost == [True]
    state = pair.site.ask("state")
    assert [row[2] for row in state["submissions"]] == [sha256]
    assert state["jobs"] == 1
    expect(pair.row).to_have_count(0)


def test_a_wrong_file_is_declined_in_words_after_its_first_piece(open_sender: OpenSender, tmp_path: Path) -> None:
    film = tmp_path / "clip.pt"
    film.write_bytes(b"\0\0\0\x20ftypisom" + bytes(SIZE))
    pair = open_sender(language="fr")
    pair.send(film)
    pair.expect_mood("refused")
    expect(pair.row).to_contain_text("une vidéo")
    assert pair.line.offsets == [0]
    assert pair.site.ask("state")["uploads"] == []
    assert pair.line.handed_in == []
    pair.act("dismiss")
    expect(pair.row).to_have_count(0)
    assert pair.page.locator("#hand-in > button").is_enabled()


def test_a_file_beyond_the_limit_is_declined_before_a_byte_is_sent(open_sender: OpenSender, best: Path) -> None:
    make_checkpoint(best, size_bytes=5000)
    pair = open_sender()
    pair.page.locator("#hand-in").evaluate("form => { form.dataset.limit = 4000; }")
    pair.send(best)
    expect(pair.row).to_contain_text("best.pt is larger than the limit of 3.9 KiB; nothing was sent.")
    assert pair.line.offsets == []


def test_what_a_form_was_declined_for_can_be_mended_without_sending_the_file_again(
    open_sender: OpenSender, best: Path
) -> None:
    sha256 = make_checkpoint(best, size_bytes=1000)
    pair = open_sender()
    pair.page.locator(".drop__more summary").click()
    pair.page.fill("#configuration", "no such network!")
    pair.send(best)
    expect(pair.row).to_contain_text("The configuration is not a network’s name.")
    pair.page.fill("#configuration", "yolov5n")
    pair.page.locator("#hand-in > button").click()
    pair.wait_for_arrival(sha256)
    assert pair.line.offsets == [0]


def test_a_piece_of_the_page_that_asks_for_a_reload_waits_until_the_bytes_have_gone(
    open_sender: OpenSender, best: Path
) -> None:
    sha256 = make_checkpoint(best, size_bytes=SIZE)
    pair = open_sender(lets=1)
    pair.page.route("**/news/", lambda route: route.fulfill(headers={"HX-Refresh": "true"}))
    pair.send(best)
    expect(pair.row.locator("[data-figures]")).to_contain_text("0.3 MiB")
    asked: list[str] = []
    pair.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    pair.page.evaluate("htmx.ajax('GET', '/news/', '#content')")
    pair.page.wait_for_timeout(100)
    pair.expect_mood("sending")
    assert asked == []
    pair.line.open()
    pair.wait_for_arrival(sha256)
    with pair.page.expect_event("load"):
        pair.page.evaluate("htmx.ajax('GET', '/news/', '#content')")


def test_two_clicks_and_two_windows_hand_in_once(open_sender: OpenSender, best: Path) -> None:
    sha256 = make_checkpoint(best, size_bytes=SIZE)
    pair = open_sender(lets=1)
    pair.choose(best)
    pair.page.locator("#hand-in > button").dblclick()
    expect(pair.row).to_have_count(1)
    expect(pair.row.locator("[data-figures]")).to_contain_text("0.3 MiB")
    second = open_sender(context=pair.page.context)
    second.expect_mood("unfinished")
    second.choose(best)
    second.expect_mood("elsewhere")
    pair.line.open()
    pair.wait_for_arrival(sha256)
    expect(second.row).to_have_count(0)
    assert len(pair.line.handed_in) == 1
    assert (second.line.handed_in, second.line.offsets) == ([], [])


def test_two_members_of_a_pair_send_at_once(open_sender: OpenSender, tmp_path: Path) -> None:
    files = [tmp_path / "one.pt", tmp_path / "two.pt"]
    digests = {make_checkpoint(file, size_bytes=SIZE, seed=seed) for seed, file in enumerate(files)}
    senders = [open_sender(who, lets=2) for who in ("pair1a", "pair1b")]
    for sender, file in zip(senders, files, strict=True):
        sender.send(file)
        expect(sender.row.locator("[data-figures]")).to_contain_text("0.8 MiB")
    for sender in senders:
        sender.line.open()
        sender.page.wait_for_url("**/submissions/*/")
    assert {row[2] for row in senders[0].site.ask("state")["submissions"]} == digests


def test_several_files_in_one_form_go_three_at_a_time_and_are_handed_in_in_their_order(
    open_sender: OpenSender, tmp_path: Path
) -> None:
    files = [tmp_path / f"{number}.pt" for number in range(4)]
    sizes = [2 * SIZE, SIZE // 8, SIZE // 8, 1000]
    digests = [
        make_checkpoint(file, size_bytes=size, seed=size + seed)
        for seed, (file, size) in enumerate(zip(files, sizes, strict=True))
    ]
    pair = open_sender(lets=0)
    pair.page.locator("#file").evaluate("field => { field.multiple = true; }")
    pair.send(*files)
    moods = pair.page.locator('[data-mood="sending"]')
    expect(moods).to_have_count(3)
    expect(pair.page.locator('[data-mood="waiting"]')).to_have_count(1)
    pair.line.open()
    pair.page.wait_for_url("**/submissions/*/")
    assert [row[2] for row in pair.site.ask("state")["submissions"]] == digests
    assert len(pair.line.handed_in) == 4


def test_nobody_else_at_this_computer_reads_what_was_left_unfinished(
    open_sender: OpenSender, best: Path, site: LiveSite
) -> None:
    make_checkpoint(best, size_bytes=SIZE)
    pair = open_sender(lets=1)
    pair.send(best)
    expect(pair.row.locator("[data-figures]")).to_contain_text("0.3 MiB")
    pair.page.context.add_cookies([{**site.ask("session", user="pair2a"), "url": site.url}])
    other = open_sender(context=pair.page.context)
    expect(other.page.locator("#hand-in")).to_be_visible()
    expect(other.row).to_have_count(0)


def test_an_answer_that_leads_to_the_same_page_shows_it_anew(open_sender: OpenSender, best: Path) -> None:
    make_checkpoint(best, size_bytes=1000)
    pair = open_sender()
    pair.page.route("**/hand-in/", lambda route: route.fulfill(json={"address": f"{TASK}#rules-title"}))
    with pair.page.expect_event("load"):
        pair.send(best)
    expect(pair.page).to_have_url(re.compile(f"{TASK}#rules-title$"))
    expect(pair.row).to_have_count(0)


def test_without_scripts_the_form_sends_the_file_as_any_form_does(open_sender: OpenSender, best: Path) -> None:
    sha256 = make_checkpoint(best, size_bytes=1000)
    pair = open_sender(java_script_enabled=False)
    pair.send(best)
    state = pair.wait_for_arrival(sha256)
    assert pair.line.offsets == []
    assert state["jobs"] == 1


def test_without_scripts_a_wrong_file_is_declined_on_the_page(open_sender: OpenSender, tmp_path: Path) -> None:
    text = tmp_path / "best.pt"
    text.write_text("notes")
    pair = open_sender(java_script_enabled=False)
    pair.send(text)
    expect(pair.page.locator("#hand-in-said")).to_contain_text("a text")
    assert pair.site.ask("state")["submissions"] == []


def test_on_a_phone_nothing_is_too_wide_for_the_page_or_too_small_for_a_thumb(
    open_sender: OpenSender, tmp_path: Path
) -> None:
    file = tmp_path / f"{'a-very-long-name-' * 6}.pt"
    make_checkpoint(file, size_bytes=SIZE)
    pair = open_sender(lets=2, language="fr", viewport=PHONE)
    pair.send(file)
    expect(pair.row.locator("[data-figures]")).to_contain_text("37")
    assert pair.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for button in pair.row.get_by_role("button").all():
        box = button.bounding_box()
        assert box
        assert box["height"] >= 44
    assert serious_violations(pair.page) == []
