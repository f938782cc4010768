"""Every "no" of the capsules, with its reason and what to do, in both languages."""

from accounts.errors import Refusal


def not_open_yet(opens: str) -> Refusal:
    return Refusal(
        "not_open_yet",
        status=409,
        reason={
            "en": "Capsules cannot be handed in yet.",
            "fr": "On ne peut pas encore rendre de capsule.",
        },
        advice={"en": f"Come back from {opens} on.", "fr": f"Revenez à partir du {opens}."},
    )


def too_late() -> Refusal:
    return Refusal(
        "too_late",
        status=409,
        reason={
            "en": "The deadline has passed, and late capsules are not accepted.",
            "fr": "L’échéance est passée, et les capsules en retard ne sont pas acceptées.",
        },
        advice={
            "en": "Talk to your instructor, who can give your pair more time.",
            "fr": "Parlez à votre enseignant : il peut donner un délai à votre binôme.",
        },
    )


def handed_in_already() -> Refusal:
    return Refusal(
        "handed_in_already",
        status=409,
        reason={
            "en": "The deadline has passed: what your pair handed in counts, and can no longer be replaced.",
            "fr": "L’échéance est passée : ce que votre binôme a rendu compte, et ne peut plus être remplacé.",
        },
        advice={
            "en": "If it is the wrong film, talk to your instructor.",
            "fr": "Si ce n’est pas le bon film, parlez à votre enseignant.",
        },
    )


def no_links() -> Refusal:
    return Refusal(
        "no_links",
        status=409,
        reason={
            "en": "Your instructor wants the film itself, not a link.",
            "fr": "Votre enseignant demande le film lui-même, pas un lien.",
        },
        advice={"en": "Hand in the file.", "fr": "Rendez le fichier."},
    )


def no_link() -> Refusal:
    return Refusal(
        "no_link",
        status=422,
        reason={
            "en": "This is not a link that can be opened.",
            "fr": "Ce n’est pas un lien que l’on puisse ouvrir.",
        },
        advice={
            "en": "Paste the whole address, from https:// on, of at most 500 characters.",
            "fr": "Collez l’adresse entière, à partir de https://, en 500 caractères au plus.",
        },
    )


def no_pair() -> Refusal:
    return Refusal(
        "no_pair",
        status=403,
        reason={
            "en": "Capsules are handed in by pairs.",
            "fr": "Les capsules sont rendues par des binômes.",
        },
        advice={"en": "Ask your instructor for a pair.", "fr": "Demandez un binôme à votre enseignant."},
    )


def published_already() -> Refusal:
    return Refusal(
        "published_already",
        status=409,
        reason={
            "en": "The marks are published: the capsule stays as it was watched.",
            "fr": "Les notes sont publiées : la capsule reste telle qu’elle a été regardée.",
        },
        advice={"en": "There is nothing more to change.", "fr": "Il n’y a plus rien à changer."},
    )


def no_appearance(name: str) -> Refusal:
    return Refusal(
        "no_appearance",
        status=422,
        reason={
            "en": f"The moment given for {name} is not a time of the film.",
            "fr": f"Le moment donné pour {name} n’est pas un temps du film.",
        },
        advice={
            "en": "Write minutes and seconds, such as 1:23, or leave the field empty.",
            "fr": "Écrivez minutes et secondes, comme 1:23, ou laissez le champ vide.",
        },
    )


def too_many_chapters(most: int) -> Refusal:
    return Refusal(
        "too_many_chapters",
        status=422,
        reason={"en": f"More than {most} chapters.", "fr": f"Plus de {most} chapitres."},
        advice={"en": "Keep the main ones.", "fr": "Gardez les principaux."},
    )


def no_chapter(line: int, longest: int) -> Refusal:
    return Refusal(
        "no_chapter",
        status=422,
        reason={
            "en": f"Line {line} is not a time and a title.",
            "fr": f"La ligne {line} n’est pas un temps suivi d’un titre.",
        },
        advice={
            "en": f"Write it as “1:23 Our data”, the title in {longest} characters at most.",
            "fr": f"Écrivez-la comme « 1:23 Nos données », avec un titre de {longest} caractères au plus.",
        },
    )


def chapters_go_back(line: int) -> Refusal:
    return Refusal(
        "chapters_go_back",
        status=422,
        reason={
            "en": f"Line {line} does not come after the one before it.",
            "fr": f"La ligne {line} ne vient pas après la précédente.",
        },
        advice={"en": "Put the chapters in the order of the film.", "fr": "Mettez les chapitres dans l’ordre du film."},
    )


def chapter_past_the_end(line: int) -> Refusal:
    return Refusal(
        "chapter_past_the_end",
        status=422,
        reason={
            "en": f"Line {line} begins after the end of the film.",
            "fr": f"La ligne {line} commence après la fin du film.",
        },
        advice={"en": "Check its time.", "fr": "Vérifiez son temps."},
    )


def no_drawing() -> Refusal:
    return Refusal(
        "no_drawing",
        status=422,
        reason={"en": "The drawing could not be read.", "fr": "Le dessin est illisible."},
        advice={
            "en": "Remove it and draw it again, with fewer strokes.",
            "fr": "Effacez-le et refaites-le, avec moins de traits.",
        },
    )


def nothing_said() -> Refusal:
    return Refusal(
        "nothing_said",
        status=422,
        reason={
            "en": "A comment needs a few words or a drawing, and at most 4000 characters.",
            "fr": "Un commentaire demande quelques mots ou un dessin, et au plus 4000 caractères.",
        },
        advice={"en": "Write it, then send it again.", "fr": "Écrivez-le, puis renvoyez-le."},
    )


def no_moment() -> Refusal:
    return Refusal(
        "no_moment",
        status=422,
        reason={"en": "This moment is not one of the film.", "fr": "Ce moment n’est pas dans le film."},
        advice={"en": "Move the film there and try again.", "fr": "Placez le film à cet endroit et réessayez."},
    )


def replies_only() -> Refusal:
    return Refusal(
        "replies_only",
        status=409,
        reason={
            "en": "Your pair answers what was said of its capsule.",
            "fr": "Votre binôme répond à ce qui a été dit de sa capsule.",
        },
        advice={"en": "Answer one of the comments.", "fr": "Répondez à l’un des commentaires."},
    )


def too_many_comments(most: int) -> Refusal:
    return Refusal(
        "too_many_comments",
        status=409,
        reason={
            "en": f"There are {most} comments on this film already.",
            "fr": f"Il y a déjà {most} commentaires sur ce film.",
        },
        advice={"en": "Remove some first.", "fr": "Retirez-en d’abord quelques-uns."},
    )


def not_yours() -> Refusal:
    return Refusal(
        "not_yours",
        status=403,
        reason={"en": "Somebody else said this.", "fr": "C’est quelqu’un d’autre qui l’a dit."},
        advice={"en": "Answer it instead.", "fr": "Répondez-y plutôt."},
    )


def no_phrase(most: int) -> Refusal:
    return Refusal(
        "no_phrase",
        status=422,
        reason={
            "en": f"A phrase has 1 to 400 characters, and {most} are kept.",
            "fr": f"Une phrase a de 1 à 400 caractères, et l’on en garde {most}.",
        },
        advice={"en": "Shorten it, or remove another one.", "fr": "Raccourcissez-la, ou retirez-en une autre."},
    )


def captions_too_large(limit: int) -> Refusal:
    return Refusal(
        "captions_too_large",
        status=413,
        reason={
            "en": f"Subtitles of more than {limit // 2**20} MiB.",
            "fr": f"Des sous-titres de plus de {limit // 2**20} Mio.",
        },
        advice={
            "en": "Ten minutes of speech take a hundredth of that: check the file.",
            "fr": "Dix minutes de parole en prennent le centième : vérifiez le fichier.",
        },
    )


def captions_not_utf8() -> Refusal:
    return Refusal(
        "captions_not_utf8",
        status=422,
        reason={"en": "The subtitles are not UTF-8 text.", "fr": "Les sous-titres ne sont pas du texte en UTF-8."},
        advice={"en": "Save the file again as UTF-8.", "fr": "Enregistrez de nouveau le fichier en UTF-8."},
    )


def no_captions() -> Refusal:
    return Refusal(
        "no_captions",
        status=422,
        reason={
            "en": "This is not a WebVTT file with subtitles.",
            "fr": "Ce n’est pas un fichier WebVTT de sous-titres.",
        },
        advice={
            "en": "It begins with WEBVTT; your editing program exports it as .vtt (an .srt is taken too).",
            "fr": "Il commence par WEBVTT ; votre logiciel de montage l’exporte en .vtt (un .srt est pris aussi).",
        },
    )


def bad_cue(line: int) -> Refusal:
    return Refusal(
        "bad_cue",
        status=422,
        reason={
            "en": f"Line {line} of the subtitles is not a time from earlier to later.",
            "fr": f"La ligne {line} des sous-titres n’est pas un temps qui va de l’avant à l’après.",
        },
        advice={
            "en": "A subtitle begins with a line such as “00:01.000 --> 00:04.000”.",
            "fr": "Un sous-titre commence par une ligne comme « 00:01.000 --> 00:04.000 ».",
        },
    )


def cue_too_long(line: int, longest: int) -> Refusal:
    return Refusal(
        "cue_too_long",
        status=422,
        reason={
            "en": f"The subtitle of line {line} has more than {longest} characters.",
            "fr": f"Le sous-titre de la ligne {line} a plus de {longest} caractères.",
        },
        advice={"en": "Cut it in several.", "fr": "Découpez-le en plusieurs."},
    )


def too_many_cues(most: int) -> Refusal:
    return Refusal(
        "too_many_cues",
        status=422,
        reason={"en": f"More than {most} subtitles.", "fr": f"Plus de {most} sous-titres."},
        advice={"en": "Check the file.", "fr": "Vérifiez le fichier."},
    )


def no_extension() -> Refusal:
    return Refusal(
        "no_extension",
        status=422,
        reason={
            "en": "An extension needs a moment after the course’s deadline, and a reason.",
            "fr": "Un délai demande un moment après l’échéance du cours, et une raison.",
        },
        advice={
            "en": "The reason is kept in the trace, and the pair reads it.",
            "fr": "La raison est gardée dans la trace, et le binôme la lit.",
        },
    )


def nothing_due() -> Refusal:
    return Refusal(
        "nothing_due",
        status=409,
        reason={
            "en": "The course has no deadline to extend.",
            "fr": "Le cours n’a pas d’échéance à prolonger.",
        },
        advice={"en": "Set one in the rules first.", "fr": "Fixez-en une d’abord, dans les règles."},
    )


def no_kind_word() -> Refusal:
    return Refusal(
        "no_kind_word",
        status=422,
        reason={"en": "This is none of the kind words.", "fr": "Ce n’est aucun des mots aimables."},
        advice={"en": "Tick some of those that are shown.", "fr": "Cochez-en parmi ceux qui sont montrés."},
    )
