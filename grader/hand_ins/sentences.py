"""What people read about a hand-in: our sentences in both languages, filled with short facts.

The child names a code and its facts; nothing else that it says becomes words. Facts stand between quotation marks
where they are a file's own text.
"""

from collections.abc import Mapping
from string import Formatter
from typing import Final

from challenges.spec import Bilingual
from grader import refusals
from grader.hand_ins.inspection import Note

_Pair = tuple[str, str]

#: code → (English, French).
UNREADABLE: Final[dict[str, _Pair]] = {
    "nothing_handed_in": ("Nothing was handed in that can be checked.", "Rien de vérifiable n'a été rendu."),
    "file_too_big": (
        "The file is larger than {limit} MB: only what is asked for belongs in it.",
        "Le fichier dépasse {limit} Mo : n'y mettez que ce qui est demandé.",
    ),
    "too_slow": (
        "Reading this takes far longer than any honest file: make it again, smaller.",
        "La lecture prend bien plus de temps qu'un fichier honnête : refaites-le, plus petit.",
    ),
    "too_much_memory": (
        "Reading this takes far more memory than any honest file: make it again, smaller.",
        "La lecture demande bien plus de mémoire qu'un fichier honnête : refaites-le, plus petit.",
    ),
    "stopped": (
        "Reading this file was stopped: it does what no honest file does. Make it again with the usual tools.",
        "La lecture de ce fichier a été arrêtée : il fait ce qu'aucun fichier honnête ne fait. Refaites-le avec les"
        " outils habituels.",
    ),
    "not_text": (
        "This is not a text file: save it as plain text, in UTF-8.",
        "Ce n'est pas un fichier texte : enregistrez-le en texte brut, en UTF-8.",
    ),
    "too_many_lines": ("More than {limit} lines.", "Plus de {limit} lignes."),
    "not_a_zip": (
        "This is not a zip: choose “Compress” in your file manager, or the command zip -r.",
        "Ce n'est pas un zip : choisissez « Compresser » dans votre gestionnaire de fichiers, ou la commande zip -r.",
    ),
    "zip_damaged": (
        "The zip is damaged or incomplete: make it again, and wait for the end of the copy.",
        "Le zip est abîmé ou incomplet : refaites-le, et attendez la fin de la copie.",
    ),
    "zip_entries": ("The zip holds more than {limit} files.", "Le zip contient plus de {limit} fichiers."),
    "zip_bomb": (
        "Unpacked, the zip would be far larger than what is asked for (at most {limit} MB).",
        "Décompressé, le zip serait bien plus gros que ce qui est demandé ({limit} Mo au plus).",
    ),
    "zip_file_too_big": ("A file of the zip is larger than {limit} MB.", "Un fichier du zip dépasse {limit} Mo."),
    "zip_duplicate": (
        "The zip holds two files of the same name: which one counts?",
        "Le zip contient deux fichiers du même nom : lequel compte ?",
    ),
    "zip_name": (
        "A name in the zip is too long, too deep, or holds invisible characters.",
        "Un nom du zip est trop long, trop profond, ou contient des caractères invisibles.",
    ),
    "zip_path": (
        "A name in the zip leads out of its folder: zip the folder itself, from where it stands.",
        "Un nom du zip sort de son dossier : compressez le dossier lui-même, depuis là où il se trouve.",
    ),
    "zip_link": (
        "The zip holds a link: put the files themselves into it (zip -r, without -y).",
        "Le zip contient un lien : mettez-y les fichiers eux-mêmes (zip -r, sans -y).",
    ),
    "zip_encrypted": ("The zip has a password: make it without one.", "Le zip a un mot de passe : refaites-le sans."),
    "zip_method": (
        "The zip is compressed in an unusual way: make it with the usual settings (deflate).",
        "Le zip est compressé d'une façon inhabituelle : refaites-le avec les réglages usuels (deflate).",
    ),
    "zip_nested": (
        "There is an archive inside the zip: unpack it first, then make one zip of it all.",
        "Il y a une archive dans le zip : décompressez-la d'abord, puis faites un seul zip du tout.",
    ),
    "no_label_files": ("There is no .txt file in the zip.", "Il n'y a aucun fichier .txt dans le zip."),
    "list_missing": (
        "This list is missing: train.txt, val.txt and test.txt are expected.",
        "Cette liste manque : on attend train.txt, val.txt et test.txt.",
    ),
    "list_empty": ("This list is empty.", "Cette liste est vide."),
    "list_twice": (
        "The same list is there twice: keep one of them.",
        "La même liste est là deux fois : n'en gardez qu'une.",
    ),
    "folder_missing": (
        "This folder is missing, or holds no list: sequence/, time/ and random/ are expected.",
        "Ce dossier manque, ou ne contient aucune liste : on attend sequence/, time/ et random/.",
    ),
}  # fmt: skip

LABELS: Final[dict[str, _Pair]] = {
    "class_zero": ("The class is still 0.", "La classe est toujours 0."),
    "class_other": (
        "Class {found} is that of “{name}” in the class map.",
        "La classe {found} est celle de « {name} » dans la liste des classes.",
    ),
    "class_unknown": (
        "Class {found} is not in the class map, which counts from 0.",
        "La classe {found} n'est pas dans la liste des classes, qui commence à 0.",
    ),
    "label_line_invalid": (
        "Not a line “class x y width height”, five numbers apart by spaces.",
        "Ce n'est pas une ligne « classe x y largeur hauteur », cinq nombres séparés par des espaces.",
    ),
    "objects_changed": (
        "{found} objects here, {given} in the file that you were given.",
        "{found} objets ici, {given} dans le fichier que vous avez reçu.",
    ),
    "boxes_changed": (
        "The boxes are no longer those of the file that you were given.",
        "Les boîtes ne sont plus celles du fichier que vous avez reçu.",
    ),
    "zeros_replaced": (
        "Every 0 of the line was replaced, those of the coordinates too.",
        "Tous les 0 de la ligne ont été remplacés, ceux des coordonnées aussi.",
    ),
    "newline_missing": (
        "The last line does not end: a line end is missing.",
        "La dernière ligne n'est pas terminée : il manque un retour à la ligne.",
    ),
    "spaces_in_name": (
        "There is still a space in this name: “{path}”.",
        "Il reste une espace dans ce nom : « {path} ».",
    ),
    "file_missing": (
        "This file was in the folder that you were given; it is no longer there.",
        "Ce fichier était dans le dossier que vous avez reçu ; il n'y est plus.",
    ),
    "empty_file_missing": (
        "This file was empty and had to stay: a picture without an object has an empty label file.",
        "Ce fichier était vide et devait rester : une image sans objet a un fichier de labels vide.",
    ),
    "file_added": (
        "This file is none of those that you were given, or is there twice.",
        "Ce fichier n'est pas de ceux que vous avez reçus, ou il est en double.",
    ),
    "and_others": ("The same in {files} more files.", "De même dans {files} autres fichiers."),
}

SPLITS: Final[dict[str, _Pair]] = {
    "label_listed": (
        "“{path}” is a label file: a list names the pictures, YOLO finds their labels by itself.",
        "« {path} » est un fichier de labels : une liste nomme les images, YOLO trouve leurs labels tout seul.",
    ),
    "not_a_picture": ("“{path}” is not a picture's path.", "« {path} » n'est pas le chemin d'une image."),
    "absolute_path": (
        "“{path}” is an absolute path: it exists on your machine only.",
        "« {path} » est un chemin absolu : il n'existe que sur votre machine.",
    ),
    "image_unknown": (
        "“{path}” is not a picture of the tree.",
        "« {path} » n'est pas une image de l'arborescence.",
    ),
    "line_twice": ("The same picture as line {first}.", "La même image qu'à la ligne {first}."),
    "in_two_lists": ("“{path}” is in {other} too.", "« {path} » est aussi dans {other}."),
    "images_left_out": (
        "{files} of the {total} pictures are in no list.",
        "{files} des {total} images ne sont dans aucune liste.",
    ),
    "split_swapped": (
        "Shares of {found} where {asked} is asked: two lists are exchanged.",
        "Des parts de {found} au lieu de {asked} : deux listes sont échangées.",
    ),
    "split_shares": (
        "Shares of {found} where {asked} is asked, to within {tolerance} points.",
        "Des parts de {found} au lieu de {asked}, à {tolerance} points près.",
    ),
    "and_other_lines": ("The same in {lines} more places.", "De même à {lines} autres endroits."),
    "style_backslashes": (
        "Backslashes, as on Windows: understood here, but the Linux server that trains will not find the pictures."
        " Write “/”.",
        "Des barres obliques inversées, comme sous Windows : comprises ici, mais le serveur Linux qui entraîne ne"
        " trouvera pas les images. Écrivez « / ».",
    ),
    "style_dot": (
        "Paths that begin with “./”: YOLO takes them from the list's own folder. Good, if the list lies there.",
        "Des chemins qui commencent par « ./ » : YOLO les prend depuis le dossier de la liste. Bien, si la liste s'y"
        " trouve.",
    ),
    "style_quotes": (
        "Quotation marks around paths: understood here, but YOLO takes them for a part of the name.",
        "Des guillemets autour des chemins : compris ici, mais YOLO les prend pour une partie du nom.",
    ),
    "style_parents": (
        "Paths with “..”: they are right from one folder only.",
        "Des chemins avec « .. » : ils ne sont justes que depuis un seul dossier.",
    ),
    "leakage_none": (
        "No leakage: no sequence is both in train and in val or test. The measured mAP is that of scenes never seen.",
        "Aucune fuite : aucune séquence n'est à la fois dans train et dans val ou test. La mAP mesurée est celle de"
        " scènes jamais vues.",
    ),
    "leakage_found": (
        "{sequence} % of the val and test pictures come from a sequence that is also in train, and {neighbour} % have"
        " a neighbouring frame there. The measured mAP will look better than it is on scenes never seen.",
        "{sequence} % des images de val et test viennent d'une séquence présente aussi dans train, et {neighbour} %"
        " y ont une image voisine. La mAP mesurée paraîtra meilleure qu'elle ne l'est sur des scènes jamais vues.",
    ),
    "strategies_swapped": (
        "This folder holds the split of another one: “{found}”.",
        "Ce dossier contient le découpage d'un autre : « {found} ».",
    ),
    "sequence_shared": (
        "The sequence “{path}” is in several lists ({lists}).",
        "La séquence « {path} » est dans plusieurs listes ({lists}).",
    ),
    "time_order_broken": (
        "In “{path}”, frames of val or test come before frames of train, or of test before val.",
        "Dans « {path} », des images de val ou de test précèdent des images de train, ou de test celles de val.",
    ),
    "sequences_not_cut": (
        "Only {cut} of the {total} sequences are shared out between the lists.",
        "Seules {cut} des {total} séquences sont partagées entre les listes.",
    ),
    "not_mixed": (
        "Neighbouring frames nearly always stay together: this is not a draw.",
        "Les images voisines restent presque toujours ensemble : ce n'est pas un tirage au hasard.",
    ),
}  # fmt: skip

TRAINING: Final[dict[str, _Pair]] = {
    "not_results_csv": (
        "Not the results.csv of a training: it has no column “epoch” and “train/box_loss”.",
        "Ce n'est pas le results.csv d'un apprentissage : il n'a pas de colonnes « epoch » et « train/box_loss ».",
    ),
    "results_empty": (
        "The table has a header and no row: not one epoch has ended.",
        "Le tableau a un en-tête et aucune ligne : aucune époque n'est terminée.",
    ),
    "results_too_large": ("More rows or columns than any training writes.",
                          "Plus de lignes ou de colonnes qu'aucun apprentissage n'en écrit."),
    "results_cell": ("“{cell}” is not a number.", "« {cell} » n'est pas un nombre."),
    "several_runs": (
        "{runs} trainings follow one another in this file; the last one was read.",
        "{runs} apprentissages se suivent dans ce fichier ; le dernier a été lu.",
    ),
    "too_few_epochs": (
        "{found} epochs, where {least} are asked for at least.",
        "{found} époques, alors qu'il en faut au moins {least}.",
    ),
    "epochs_jump": (
        "The epochs do not follow one another here: a row is missing.",
        "Les époques ne se suivent pas ici : il manque une ligne.",
    ),
    "loss_not_a_number": (
        "{column} is no longer a number from here on.",
        "{column} n'est plus un nombre à partir d'ici.",
    ),
    "metrics_missing": (
        "No mAP is written: the training was not evaluated (--noval, val=False?).",
        "Aucune mAP n'est écrite : l'apprentissage n'a pas été évalué (--noval, val=False ?).",
    ),
    "ratio_impossible": ("{column} is not between 0 and 1.", "{column} n'est pas entre 0 et 1."),
    "map_order": (
        "The mAP at 0.5:0.95 is above the mAP at 0.5, of which it is the strictest part.",
        "La mAP à 0,5:0,95 dépasse la mAP à 0,5, dont elle est la version plus sévère.",
    ),
    "loss_impossible": ("{column} is negative, or zero.", "{column} est négative ou nulle."),
    "rows_the_same": (
        "The same losses as row {first}, to the last digit.",
        "Les mêmes pertes qu'à la ligne {first}, au dernier chiffre près.",
    ),
    "curve_too_smooth": (
        "{column} follows a formula, without the noise that every training has.",
        "{column} suit une formule, sans le bruit qu'a tout apprentissage.",
    ),
    "map_flat": ("The mAP is the same over {epochs} epochs.", "La mAP est la même sur {epochs} époques."),
    "losses_rise": (
        "The training losses of the last third are not below those of the first.",
        "Les pertes d'apprentissage du dernier tiers ne sont pas sous celles du premier.",
    ),
    "learning_rate_zero": ("The learning rate is zero all along.", "Le taux d'apprentissage est nul tout du long."),
    "checkpoint_not_trained": (
        "The running means and variances of its batch normalizations are still the initial ones.",
        "Les moyennes et variances courantes de ses normalisations par lot sont encore celles du début.",
    ),
    "checkpoint_classes": (
        "This network has {found} classes; {asked} are asked for.",
        "Ce réseau a {found} classes ; on en demande {asked}.",
    ),
}  # fmt: skip

SETTINGS: Final[dict[str, _Pair]] = {
    "not_an_image": ("This is not a JPEG or PNG picture.", "Ce n'est pas une image JPEG ou PNG."),
    "yaml_invalid": (
        "This is not YAML: look at the indentation and at the colons.",
        "Ce n'est pas du YAML : regardez l'indentation et les deux-points.",
    ),
    "yaml_not_settings": (
        "Not a file of settings: lines “name: value” are expected.",
        "Ce n'est pas un fichier de réglages : on attend des lignes « nom: valeur ».",
    ),
    "yaml_too_large": ("Larger or deeper than any file of settings.",
                       "Plus gros ou plus profond qu'aucun fichier de réglages."),
    "yaml_alias": (
        "Anchors and aliases (& and *) are not read: write the values themselves.",
        "Les ancres et alias (& et *) ne sont pas lus : écrivez les valeurs elles-mêmes.",
    ),
    "yaml_twice": ("“{name}” is given twice: which one counts?", "« {name} » est donné deux fois : lequel compte ?"),
    "mixup_missing": ("There is no “mixup” in this file.", "Il n'y a pas de « mixup » dans ce fichier."),
    "mixup_off": ("mixup is still 0: no picture is ever mixed.", "mixup vaut encore 0 : aucune image n'est mélangée."),
    "mixup_percent": (
        "mixup is {found}: a probability, not a percentage, is expected.",
        "mixup vaut {found} : on attend une probabilité, pas un pourcentage.",
    ),
    "mixup_other": ("mixup is {found}, not what is asked for.", "mixup vaut {found}, pas ce qui est demandé."),
    "setting_not_a_number": ("{name} is not a number.", "{name} n'est pas un nombre."),
    "mosaic_off": (
        "mosaic is 0: YOLOv5 mixes mosaics only, so that MixUp would never happen.",
        "mosaic vaut 0 : YOLOv5 ne mélange que des mosaïques, MixUp n'arriverait donc jamais.",
    ),
    "setting_out_of_range": (
        "{name} is not a number from {least} to {most}.",
        "{name} n'est pas un nombre de {least} à {most}.",
    ),
}  # fmt: skip

BOXES: Final[dict[str, _Pair]] = {
    "box_line": (
        "Not a line “class x y width height”, with or without a confidence at the end.",
        "Ce n'est pas une ligne « classe x y largeur hauteur », avec ou sans confiance à la fin.",
    ),
    "too_many_boxes": ("More than {limit} boxes for a picture.", "Plus de {limit} boîtes pour une image."),
    "one_file_each": (
        "There are several pictures: hand in a zip with a file named after each of them, or JSON.",
        "Il y a plusieurs images : rendez un zip avec un fichier au nom de chacune, ou du JSON.",
    ),
    "picture_twice": ("The same picture has two files.", "La même image a deux fichiers."),
    "no_picture_files": (
        "No file in the zip bears a picture's name (crowd-1.txt for crowd-1.jpg).",
        "Aucun fichier du zip ne porte le nom d'une image (crowd-1.txt pour crowd-1.jpg).",
    ),
    "json_invalid": ("This is not JSON.", "Ce n'est pas du JSON."),
    "json_not_boxes": (
        "Not a list of objects with a class and a box.",
        "Ce n'est pas une liste d'objets qui ont une classe et une boîte.",
    ),
    "json_no_picture": (
        "It does not say on which picture (“picture”: its name).",
        "Il n'est pas dit sur quelle image (« picture » : son nom).",
    ),
    "json_no_class": ("It has no “class” and no “name”.", "Il n'a ni « class » ni « name »."),
    "json_no_box": (
        "It has no box: “xyxy”, “xywh” or “box” with four numbers.",
        "Il n'a pas de boîte : « xyxy », « xywh » ou « box », avec quatre nombres.",
    ),
    "boxes_missed": ("{count} of the network's boxes are not here.", "{count} des boîtes du réseau n'y sont pas."),
    "boxes_extra": ("{count} boxes here are not the network's.", "{count} boîtes d'ici ne sont pas celles du réseau."),
    "objects_missed": (
        "Of class “{name}”, {count} not labelled.",
        "De la classe « {name} », {count} sans boîte.",
    ),
    "objects_extra": (
        "Boxes of class “{name}” around nothing that is there: {count}.",
        "Des boîtes de la classe « {name} » autour de rien : {count}.",
    ),
    "objects_class": (
        "Of class “{name}”, {count} boxed under another class.",
        "De la classe « {name} », {count} sous une autre classe.",
    ),
    "objects_loose": (
        "Of class “{name}”, {count} boxed too loosely or too tightly.",
        "De la classe « {name} », {count} dans une boîte trop large ou trop serrée.",
    ),
}  # fmt: skip

SENTENCES: Final[dict[str, _Pair]] = {**UNREADABLE, **LABELS, **SPLITS, **TRAINING, **SETTINGS, **BOXES}
CHECKPOINT: Final = "checkpoint:"


def sentence(found: Note) -> Bilingual:
    """The sentence of a note. Raises ValueError for a code or facts that are not ours."""
    if found.code.startswith(CHECKPOINT):
        return _of_checkpoint(found)
    if found.code not in SENTENCES:
        raise ValueError("an unknown sentence")
    english, french = SENTENCES[found.code]
    if facts_of(english) != found.facts.keys():
        raise ValueError(f"{found.code}: other facts than its own")
    return {"en": english.format_map(found.facts), "fr": french.format_map(found.facts)}


def _of_checkpoint(found: Note) -> Bilingual:
    """Why a checkpoint could not be read, and what to do, as an evaluation would say it."""
    refused = refusals.from_child(found.code.removeprefix(CHECKPOINT), found.facts)
    return {language: f"{refused.reason[language]}. {refused.advice[language]}" for language in ("en", "fr")}


def facts_of(template: str) -> set[str]:
    """The names that a sentence waits for."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def placed(found: Note) -> Bilingual:
    """The same with the place in front: for an advice, which stands alone."""
    texts: Mapping[str, str] = sentence(found)
    if not found.where:
        return dict(texts)
    return {"en": f"“{found.where}”: {texts['en']}", "fr": f"« {found.where} » : {texts['fr']}"}
