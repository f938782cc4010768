"""The lines one types on a GPU server, for one site and one task. docs/terminal.md shows the same; a test compares."""

from typing import Final

#: What stands for the site's address and for the task's name in the lines below.
SITE: Final = "https://your.site"
TASK: Final = "charlie"

#: Key → lines, in the order in which one needs them.
CLIENT: Final = {
    "install": f"pip install {SITE}/terminal/dlcv.zip",
    "login": f"dlcv login {SITE}",
    "submit": f"dlcv submit runs/train/exp/weights/best.pt --task {TASK} --watch",
    "follow": f"dlcv status --watch\ndlcv board --task {TASK}",
}

#: For bash and curl. A password or a token never stands in a command, where ``ps`` would show it.
CURL: Final = {
    "curl-login": rf"""SITE={SITE} TASK={TASK} FILE=best.pt
read -rp "Name: " NAME; read -rsp "Password: " PASSWORD; echo
umask 077
curl -sf "$SITE/api/token/" --data-urlencode "username=$NAME" --data-urlencode "password@"<(printf %s "$PASSWORD") |
  sed -E 's/.*"token": ?"([^"]+)".*/Authorization: Token \1/' > ~/.dlcv-header""",
    "curl-submit": r"""curl -H @"$HOME/.dlcv-header" "$SITE/api/tasks/$TASK/submissions/" -F "file=@$FILE" """
    r"""-F "sha256=$(sha256sum "$FILE" | cut -c1-64)"
""",
    "curl-follow": r"""curl -H @"$HOME/.dlcv-header" "$SITE/api/tasks/$TASK/submissions/"
curl -H @"$HOME/.dlcv-header" "$SITE/api/tasks/$TASK/leaderboard/" """,
    "curl-pieces": r"""SIZE=$(stat -c %s "$FILE")
UPLOAD=$(curl -sf -X POST -H @"$HOME/.dlcv-header" -H "Tus-Resumable: 1.0.0" -H "Upload-Length: $SIZE" \
  -H "Upload-Metadata: filename $(printf %s "${FILE##*/}" | base64 -w0)" \
  "$SITE/uploads/" | sed -E 's/.*"id": ?"([0-9a-f]+)".*/\1/')
offset() {
  curl -sfI -H @"$HOME/.dlcv-header" -H "Tus-Resumable: 1.0.0" "$SITE/uploads/$UPLOAD" |
    tr -d '\r' | sed -n 's/^upload-offset: //Ip'
}
while OFFSET=$(offset) && [ "$OFFSET" -lt "$SIZE" ]; do
  tail -c +$((OFFSET + 1)) "$FILE" | head -c 4M |
    curl -sf -X PATCH -H @"$HOME/.dlcv-header" -H "Tus-Resumable: 1.0.0" -H "Upload-Offset: $OFFSET" \
      -H "Content-Type: application/offset+octet-stream" --data-binary @- "$SITE/uploads/$UPLOAD" || sleep 5
done
curl -H @"$HOME/.dlcv-header" "$SITE/api/tasks/$TASK/submissions/" \
  -d "upload=$UPLOAD" -d "sha256=$(sha256sum "$FILE" | cut -c1-64)" """,
}


def lines_for(site: str, task: str) -> dict[str, str]:
    """All of them, for this site and this task; keys with underscores, as templates want them."""
    both = {**CLIENT, **CURL}
    return {key.replace("-", "_"): text.strip().replace(SITE, site).replace(TASK, task) for key, text in both.items()}
