"""Every message as files to look at, with an index page."""

from pathlib import Path

from app.notify.words.gsm import segments
from app.notify.words.letter import Words, environment
from app.notify.words.sample import samples


def write_previews(folder: Path) -> Path:
    """Writes each sample as NAME.html and NAME.txt and returns the index page. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    shown = [(name, words, segments(words.sms)) for name, words in samples()]
    for name, words, _ in shown:
        (folder / f"{name}.html").write_text(words.html, encoding="utf-8")
        (folder / f"{name}.txt").write_text(_as_text(words), encoding="utf-8")
    index = folder / "index.html"
    index.write_text(environment().get_template("index.html").render(shown=shown), encoding="utf-8")
    return index


def _as_text(words: Words) -> str:
    sms = f"\n\nSMS ({segments(words.sms)}): {words.sms}\n" if words.sms else "\n"
    return f"Subject: {words.subject}\n\n{words.text}{sms}"
