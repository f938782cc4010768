"""Inside the walls: a film's pictures at a given rate, upright, without those that show nothing new."""

from fractions import Fraction

from grader.videos.film import Film, decoded
from grader.videos.pictures import Sheet, Thumbnail, jpeg, shows_the_same, thumbnail
from grader.videos.survey import Survey
from grader.videos.ticks import Ticks
from grader.videos.unusable import Unusable
from grader.videos.voice import Voice
from ml.upright import Upright, turn_of


def extract(film: Film, found: Survey, rate: Fraction | None, voice: Voice) -> None:
    """Says one ``picture`` after another, then ``sheet``. ``rate``: pictures a second, None for all of them.

    Raises Unusable. The film must be at its beginning.
    """
    total = len(found.times)
    voice.progress("extracting", 0, total)
    ticks, sheet = Ticks(rate), Sheet()
    upright: Upright | None = None
    before: Thumbnail | None = None
    duplicates = done = 0
    for frame, at in decoded(film):
        done += 1
        voice.progress("extracting", min(done, total), total)
        seconds = max(0.0, at - found.start)
        if not ticks.wants(seconds):
            continue
        upright = upright or Upright(turn_of(frame), film.aspect)
        pixels = upright.rgb(frame)
        small = thumbnail(pixels)
        if shows_the_same(before, small):
            duplicates += 1
            continue
        before = small
        sheet.add(pixels)
        voice.say("picture", jpeg(pixels), seconds=round(seconds, 6), width=pixels.shape[1], height=pixels.shape[0])
    if before is None:
        raise Unusable("no_frames")
    voice.progress("extracting", total, total)
    voice.say("sheet", sheet.jpeg(), duplicates=duplicates)
