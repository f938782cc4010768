"""What a student reads when a file is declined: one stable code, one reason, one advice, in English and French.

Codes are part of the interface (tests, the site and scripts compare them); sentences may be improved at will. A
reason has no full stop: it stands alone or before an advice. ``{…}`` are facts of the file; they pass through
:func:`shown`, so that a file cannot smuggle control characters.
"""

from typing import Final

from ml.errors import Refused

_BEST = (
    "Upload the file that training wrote, runs/train/…/weights/best.pt (YOLOv5) or"
    " runs/detect/…/weights/best.pt (ultralytics), without opening or repacking it.",
    "Déposez le fichier écrit par l'apprentissage, runs/train/…/weights/best.pt (YOLOv5) ou"
    " runs/detect/…/weights/best.pt (ultralytics), sans l'ouvrir ni le recompresser.",
)
_AGAIN = (
    "Copy or download it again from the machine that trained it, check that both sizes are equal, and send it again.",
    "Recopiez-le ou retéléchargez-le depuis la machine d'apprentissage, vérifiez que les deux tailles sont égales,"
    " puis renvoyez-le.",
)
_RESAVE = (
    "On the machine that trained it, open it with the YOLOv5 or ultralytics that wrote it and save it again with"
    " torch.save(checkpoint, 'best.pt') and no other option (PyTorch 1.6 or later).",
    "Sur la machine d'apprentissage, ouvrez-le avec le YOLOv5 ou l'ultralytics qui l'a écrit et enregistrez-le à"
    " nouveau avec torch.save(checkpoint, 'best.pt') sans autre option (PyTorch 1.6 ou plus récent).",
)
_TRUSTED = (
    "If you did not write this file yourself, do not open it with torch.load or YOLO(…): doing so would run what"
    " it contains. Send the best.pt of your own training.",
    "Si vous n'avez pas écrit ce fichier vous-même, ne l'ouvrez pas avec torch.load ni YOLO(…) : cela exécuterait"
    " ce qu'il contient. Envoyez le best.pt de votre propre apprentissage.",
)
_STOCK = (
    "Train a standard detection network (YOLOv5 v3.1 to v7, or ultralytics v3 to v12 and 26) without changing its"
    " layers; the configuration files yolov5n.yaml … yolov5x.yaml and yolov8n.yaml … all work.",
    "Entraînez un réseau de détection standard (YOLOv5 v3.1 à v7, ou ultralytics v3 à v12 et 26) sans modifier ses"
    " couches ; les configurations yolov5n.yaml … yolov5x.yaml et yolov8n.yaml … conviennent toutes.",
)
_DETECT = (
    "This course compares detectors: train with train.py (YOLOv5) or task detect (ultralytics) and send its best.pt.",
    "Ce cours compare des détecteurs : entraînez avec train.py (YOLOv5) ou la tâche detect (ultralytics) et envoyez"
    " son best.pt.",
)
_UNPACK = (
    "Unpack it on your own computer and send the best.pt that is inside, alone.",
    "Décompressez-le sur votre ordinateur et envoyez seulement le best.pt qu'il contient.",
)
_EXPORTED = (
    "Exported networks are not read here: send the best.pt that it was exported from.",
    "Les réseaux exportés ne sont pas lus ici : envoyez le best.pt dont il est tiré.",
)
_LFS = (
    "In the repository that holds it, run `git lfs pull`, or use the Download button of its page; then send the"
    " real file (several megabytes).",
    "Dans le dépôt qui le contient, lancez `git lfs pull`, ou utilisez le bouton de téléchargement de sa page ;"
    " envoyez ensuite le vrai fichier (plusieurs mégaoctets).",
)
_LINK = (
    "The link led to a page and not to the file (a sign-in page or an error, often): download the file itself,"
    " open the folder to check that it weighs several megabytes, and send that.",
    "Le lien menait à une page et non au fichier (souvent une page de connexion ou d'erreur) : téléchargez le"
    " fichier lui-même, vérifiez dans le dossier qu'il pèse plusieurs mégaoctets, et envoyez celui-là.",
)
_WHOLE = (
    "Send the whole checkpoint (the network object and its configuration), not only model.state_dict(): YOLO's own"
    " best.pt holds both.",
    "Envoyez le checkpoint entier (l'objet réseau et sa configuration), pas seulement model.state_dict() : le best.pt"
    " de YOLO contient les deux.",
)
_DIVERGED = (
    "Training diverged before this file was saved: lower the learning rate or train without half precision, and"
    " send an earlier best.pt.",
    "L'apprentissage a divergé avant cet enregistrement : baissez le taux d'apprentissage ou entraînez sans"
    " demi-précision, et envoyez un best.pt antérieur.",
)
_NAMES = (
    "Correct nc and names in the data.yaml that you trained with (as many names as classes, plain text) and train"
    " again from these weights.",
    "Corrigez nc et names dans le data.yaml de votre apprentissage (autant de noms que de classes, en texte simple)"
    " et reprenez l'apprentissage depuis ces poids.",
)
_SMALLER = (
    "Use a smaller size (n, s, m, l or x), and strip the optimizer: training does it by itself when it ends normally.",
    "Prenez une taille plus petite (n, s, m, l ou x) et retirez l'optimiseur : l'apprentissage le fait de lui-même"
    " quand il se termine normalement.",
)
_HELP = (
    "Send the best.pt of a fresh training; if it is refused too, show it to your instructor.",
    "Envoyez le best.pt d'un nouvel apprentissage ; s'il est refusé aussi, montrez-le à votre enseignant.",
)

_Pair = tuple[str, str]

#: code → reason (English, French), advice (English, French)
SENTENCES: Final[dict[str, tuple[_Pair, _Pair]]] = {
    # Files that are no checkpoint at all.
    "file_missing": (("There is no file {name}", "Le fichier {name} n'existe pas"), _BEST),
    "empty": (("The file is empty", "Le fichier est vide"), _AGAIN),
    "file_too_big": (
        ("The file is larger than {limit} MB", "Le fichier dépasse {limit} Mo"),
        _SMALLER,
    ),
    "lfs_pointer": (
        (
            "This is a Git LFS pointer: a note of three lines that says where the weights are kept",
            "C'est un pointeur Git LFS : une note de trois lignes qui dit où les poids sont rangés",
        ),
        _LFS,
    ),
    "html_page": (
        ("This is a web page, not weights", "C'est une page web, pas des poids"),
        _LINK,
    ),
    "text_file": (("This is a text file, not weights", "C'est un fichier texte, pas des poids"), _BEST),
    "media_file": (
        ("This is a picture, a video or a document", "C'est une image, une vidéo ou un document"),
        _BEST,
    ),
    "compressed_archive": (
        ("This is a compressed archive, not weights", "C'est une archive compressée, pas des poids"),
        _UNPACK,
    ),
    "ordinary_zip": (
        (
            "This is an ordinary zip archive, not a checkpoint",
            "C'est une archive zip ordinaire, pas un checkpoint",
        ),
        _UNPACK,
    ),
    "legacy_format": (
        (
            "This file uses PyTorch's format from before version 1.6",
            "Ce fichier est au format de PyTorch d'avant la version 1.6",
        ),
        _RESAVE,
    ),
    "tar_format": (
        ("This is a tar archive, not a checkpoint", "C'est une archive tar, pas un checkpoint"),
        _UNPACK,
    ),
    "torchscript": (
        (
            "This is a TorchScript export: it holds code beside the weights",
            "C'est un export TorchScript : il contient du code à côté des poids",
        ),
        _EXPORTED,
    ),
    "onnx_file": (("This is an ONNX export", "C'est un export ONNX"), _EXPORTED),
    "safetensors_file": (
        (
            "This is a safetensors file: weights without the network's configuration",
            "C'est un fichier safetensors : des poids sans la configuration du réseau",
        ),
        _EXPORTED,
    ),
    "exported_model": (
        (
            "This is a network exported for another library (TensorFlow, TensorRT, Keras…)",
            "C'est un réseau exporté pour une autre bibliothèque (TensorFlow, TensorRT, Keras…)",
        ),
        _EXPORTED,
    ),
    "not_a_checkpoint": (
        (
            "This file is not a PyTorch checkpoint; its first bytes are unknown",
            "Ce fichier n'est pas un checkpoint PyTorch ; ses premiers octets sont inconnus",
        ),
        _BEST,
    ),
    "truncated": (
        (
            "The file is cut short: its end, with the table of contents, is missing",
            "Le fichier est tronqué : sa fin, avec la table des matières, manque",
        ),
        _AGAIN,
    ),
    "trailing_data": (
        (
            "Something was added after the end of the checkpoint",
            "Quelque chose a été ajouté après la fin du checkpoint",
        ),
        _BEST,
    ),
    # The zip around it.
    "zip_directory": (
        (
            "The table of contents of the file is damaged or not as torch.save writes it",
            "La table des matières du fichier est abîmée ou différente de ce qu'écrit torch.save",
        ),
        _AGAIN,
    ),
    "zip_entries": (
        ("The file holds too many entries ({count})", "Le fichier contient trop d'entrées ({count})"),
        _BEST,
    ),
    "zip_compressed": (
        (
            "The parts of this file are compressed; torch.save stores them as they are",
            "Les parties de ce fichier sont compressées ; torch.save les range telles quelles",
        ),
        _UNPACK,
    ),
    "zip_flags": (
        (
            "The file is encrypted, or marked in a way torch.save never does",
            "Le fichier est chiffré, ou marqué comme torch.save ne le fait jamais",
        ),
        _BEST,
    ),
    "zip_name": (
        (
            "The file holds an entry that no checkpoint has: {name}",
            "Le fichier contient une entrée qu'aucun checkpoint n'a : {name}",
        ),
        _BEST,
    ),
    "zip_two_roots": (
        ("The file holds two checkpoints in one", "Le fichier contient deux checkpoints en un"),
        _BEST,
    ),
    "zip_duplicate": (
        ("The file holds the entry {name} twice", "Le fichier contient deux fois l'entrée {name}"),
        _BEST,
    ),
    "zip_mismatch": (
        (
            "The file says two different things about its entry {name}",
            "Le fichier se contredit au sujet de son entrée {name}",
        ),
        _AGAIN,
    ),
    "zip_bounds": (
        (
            "An entry of the file lies outside of it: {name}",
            "Une entrée du fichier se trouve en dehors de lui : {name}",
        ),
        _AGAIN,
    ),
    "zip_overlap": (
        ("Two entries of the file overlap", "Deux entrées du fichier se chevauchent"),
        _BEST,
    ),
    "zip_gap": (
        ("The file hides bytes between its entries", "Le fichier cache des octets entre ses entrées"),
        _BEST,
    ),
    "zip_checksum": (
        (
            "The file was damaged on the way: the checksum of {name} is wrong",
            "Le fichier a été abîmé en route : la somme de contrôle de {name} est fausse",
        ),
        _AGAIN,
    ),
    "byte_order": (
        (
            "The file was written on a big-endian machine",
            "Le fichier a été écrit sur une machine gros-boutiste",
        ),
        _RESAVE,
    ),
    # The pickle inside.
    "pickle_protocol": (
        (
            "The file was saved with a pickle protocol other than 2",
            "Le fichier a été enregistré avec un protocole pickle autre que 2",
        ),
        _RESAVE,
    ),
    "pickle_too_big": (
        ("The description of the network is too large", "La description du réseau est trop grande"),
        _SMALLER,
    ),
    "pickle_damaged": (
        ("The description of the network is damaged", "La description du réseau est abîmée"),
        _AGAIN,
    ),
    "pickle_opcode": (
        (
            "The file uses an instruction ({opcode}) that no YOLO checkpoint needs",
            "Le fichier emploie une instruction ({opcode}) dont aucun checkpoint YOLO n'a besoin",
        ),
        _TRUSTED,
    ),
    "pickle_key": (
        (
            "The file uses something other than text and integers as a dictionary's key",
            "Le fichier emploie autre chose que du texte et des entiers comme clé de dictionnaire",
        ),
        _HELP,
    ),
    "forbidden_name": (
        (
            "The file asks to run {name}, which no YOLO checkpoint needs",
            "Le fichier demande d'exécuter {name}, dont aucun checkpoint YOLO n'a besoin",
        ),
        _TRUSTED,
    ),
    "forbidden_call": (
        (
            "The file uses {name} in a way that no YOLO checkpoint does",
            "Le fichier emploie {name} comme aucun checkpoint YOLO ne le fait",
        ),
        _TRUSTED,
    ),
    # Checkpoints of something else.
    "unknown_layers": (
        (
            "The network contains layers that are not in standard YOLO: {names}",
            "Le réseau contient des couches absentes du YOLO standard : {names}",
        ),
        _STOCK,
    ),
    "classification_weights": (
        (
            "These are weights of a classifier, not of a detector",
            "Ce sont les poids d'un classifieur, pas d'un détecteur",
        ),
        _DETECT,
    ),
    "segmentation_weights": (
        (
            "These are weights of a segmentation network, not of a detector",
            "Ce sont les poids d'un réseau de segmentation, pas d'un détecteur",
        ),
        _DETECT,
    ),
    "other_task_weights": (
        (
            "These are weights of another task ({name}), not of a detector",
            "Ce sont les poids d'une autre tâche ({name}), pas d'un détecteur",
        ),
        _DETECT,
    ),
    "plain_state_dict": (
        (
            "This file holds bare weights (a state_dict) without the network they belong to",
            "Ce fichier contient des poids nus (un state_dict) sans le réseau auquel ils appartiennent",
        ),
        _WHOLE,
    ),
    "no_model": (
        (
            "There is no YOLO network in this checkpoint (neither `ema` nor `model`)",
            "Il n'y a pas de réseau YOLO dans ce checkpoint (ni `ema` ni `model`)",
        ),
        _WHOLE,
    ),
    # Its tensors.
    "tensor_invalid": (
        ("The file describes an impossible tensor", "Le fichier décrit un tenseur impossible"),
        _HELP,
    ),
    "storage_missing": (
        ("The numbers of {name} are missing", "Les nombres de {name} manquent"),
        _AGAIN,
    ),
    "storage_size": (
        (
            "{name} should have {expected} bytes and has {found}",
            "{name} devrait avoir {expected} octets et en a {found}",
        ),
        _AGAIN,
    ),
    "tensor_expands": (
        (
            "{name} claims more numbers ({count}) than the file holds for it ({held})",
            "{name} annonce plus de nombres ({count}) que le fichier n'en contient pour lui ({held})",
        ),
        _HELP,
    ),
    "tensor_bounds": (
        ("{name} reads outside of its numbers", "{name} lit en dehors de ses nombres"),
        _HELP,
    ),
    "tensor_stride": (
        (
            "{name} is laid out in memory as no saved tensor is",
            "{name} est disposé en mémoire comme aucun tenseur enregistré",
        ),
        _HELP,
    ),
    "tensors_too_many": (
        ("The network has too many tensors or modules", "Le réseau a trop de tenseurs ou de modules"),
        _SMALLER,
    ),
    "too_many_parameters": (
        (
            "The network is too large: more than {limit} million parameters",
            "Le réseau est trop grand : plus de {limit} millions de paramètres",
        ),
        _SMALLER,
    ),
    "not_finite": (
        (
            "{name} contains NaN or infinite values",
            "{name} contient des valeurs NaN ou infinies",
        ),
        _DIVERGED,
    ),
    "negative_variance": (
        ("{name} contains negative variances", "{name} contient des variances négatives"),
        _DIVERGED,
    ),
    # Its modules, names and configuration.
    "module_tree": (
        (
            "The network's tree of modules is not as PyTorch writes it ({name})",
            "L'arbre des modules du réseau n'est pas tel que PyTorch l'écrit ({name})",
        ),
        _HELP,
    ),
    "module_hooks": (
        (
            "The module {name} carries hooks: code that would run beside the network",
            "Le module {name} porte des hooks : du code qui s'exécuterait à côté du réseau",
        ),
        _TRUSTED,
    ),
    "names_missing": (
        ("The checkpoint has no class names", "Le checkpoint n'a pas de noms de classes"),
        _NAMES,
    ),
    "names_invalid": (
        (
            "The class names are not plain short texts numbered from 0",
            "Les noms de classes ne sont pas des textes simples et courts numérotés à partir de 0",
        ),
        _NAMES,
    ),
    "names_count": (
        (
            "The network has {nc} classes and {count} class names",
            "Le réseau a {nc} classes et {count} noms de classes",
        ),
        _NAMES,
    ),
    "configuration_missing": (
        (
            "The checkpoint does not hold the network's configuration (its yaml)",
            "Le checkpoint ne contient pas la configuration du réseau (son yaml)",
        ),
        _STOCK,
    ),
    "invalid_configuration": (
        (
            "The network's configuration is not one that YOLO can have: {detail}",
            "La configuration du réseau n'est pas possible pour YOLO : {detail}",
        ),
        _STOCK,
    ),
    "unsupported_layer": (
        (
            "Layer {index} of the configuration ({name}) is not one we rebuild",
            "La couche {index} de la configuration ({name}) n'est pas de celles que nous reconstruisons",
        ),
        _STOCK,
    ),
    # The network rebuilt.
    "cannot_be_built": (
        (
            "The configuration does not make a working network",
            "La configuration ne donne pas un réseau qui fonctionne",
        ),
        _STOCK,
    ),
    "weights_missing": (
        ("The weights of {name} are missing", "Les poids de {name} manquent"),
        _STOCK,
    ),
    "weights_unexpected": (
        (
            "The file holds weights that its configuration has no place for: {name}",
            "Le fichier contient des poids pour lesquels sa configuration n'a pas de place : {name}",
        ),
        _STOCK,
    ),
    "weights_shape": (
        (
            "{name} has shape {found} where the configuration needs {expected}",
            "{name} a la forme {found} là où la configuration demande {expected}",
        ),
        _STOCK,
    ),
    "layers_differ": (
        (
            "The module {name} is not what the configuration says: {found} instead of {expected}",
            "Le module {name} n'est pas ce que dit la configuration : {found} au lieu de {expected}",
        ),
        _STOCK,
    ),
    "output_not_finite": (
        (
            "The network gives NaN or infinite values on a plain picture",
            "Le réseau donne des valeurs NaN ou infinies sur une image unie",
        ),
        _DIVERGED,
    ),
    "unreadable": (
        ("The file could not be read as a checkpoint", "Le fichier n'a pas pu être lu comme un checkpoint"),
        _HELP,
    ),
}

_LONGEST_FACT: Final = 160


def shown(value: object) -> str:
    """A fact of the file made fit to be read: printable, at most 160 characters."""
    text = str(value)
    if len(text) > _LONGEST_FACT:
        text = text[: _LONGEST_FACT - 1] + "…"
    return "".join(character if character.isprintable() else "·" for character in text)


def refusal(code: str, **facts: object) -> Refused:
    """The refusal to raise for ``code``; ``facts`` fill the braces of its sentence."""
    reason, advice = SENTENCES[code]
    readable = {key: shown(value) for key, value in facts.items()}
    return Refused(
        code,
        {"en": reason[0].format_map(readable), "fr": reason[1].format_map(readable)},
        {"en": advice[0], "fr": advice[1]},
        readable,
    )
