// <form data-upload>: files are sent in pieces that survive a lost line, a closed laptop and a restarted server, then the
// form is posted with `upload=<id>` in place of the file. Without this script it works as any form does.
import { Desk } from "./upload/desk.js";

for (const form of document.querySelectorAll("form[data-upload]")) new Desk(form);
