"""What a student reads when a file is declined: one stable code, one reason, one advice, in English and French.

Codes are part of the interface (tests, the site and scripts compare them); sentences may be improved at will. A
reason has no full stop: it stands alone or before an advice. ``{…}`` are facts of the file; they pass through
:func:`shown`, so that a file cannot smuggle control characters.
"""

from typing import Final

from ml.checkpoints import advice
from ml.errors import Refused

_Pair = tuple[str, str]

#: code → reason (English, French), advice (English, French)
SENTENCES: Final[dict[str, tuple[_Pair, _Pair]]] = {
    # Files that are no checkpoint at all.
    "file_missing": (("There is no file {name}", "Le fichier {name} n'existe pas"), advice.BEST),
    "empty": (("The file is empty", "Le fichier est vide"), advice.AGAIN),
    "file_too_big": (
        ("The file is larger than {limit} MB", "Le fichier dépasse {limit} Mo"),
        advice.SMALLER,
    ),
    "lfs_pointer": (
        (
            "This is a Git LFS pointer: a note of three lines that says where the weights are kept",
            "C'est un pointeur Git LFS : une note de trois lignes qui dit où les poids sont rangés",
        ),
        advice.LFS,
    ),
    "html_page": (
        ("This is a web page, not weights", "C'est une page web, pas des poids"),
        advice.LINK,
    ),
    "text_file": (("This is a text file, not weights", "C'est un fichier texte, pas des poids"), advice.BEST),
    "media_file": (
        ("This is a picture, a video or a document", "C'est une image, une vidéo ou un document"),
        advice.BEST,
    ),
    "compressed_archive": (
        ("This is a compressed archive, not weights", "C'est une archive compressée, pas des poids"),
        advice.UNPACK,
    ),
    "ordinary_zip": (
        (
            "This is an ordinary zip archive, not a checkpoint",
            "C'est une archive zip ordinaire, pas un checkpoint",
        ),
        advice.UNPACK,
    ),
    "legacy_format": (
        (
            "This file uses PyTorch's format from before version 1.6",
            "Ce fichier est au format de PyTorch d'avant la version 1.6",
        ),
        advice.RESAVE,
    ),
    "tar_format": (
        ("This is a tar archive, not a checkpoint", "C'est une archive tar, pas un checkpoint"),
        advice.UNPACK,
    ),
    "torchscript": (
        (
            "This is a TorchScript export: it holds code beside the weights",
            "C'est un export TorchScript : il contient du code à côté des poids",
        ),
        advice.EXPORTED,
    ),
    "onnx_file": (("This is an ONNX export", "C'est un export ONNX"), advice.BY_NAME),
    "safetensors_file": (
        (
            "This is a safetensors file, where a checkpoint of PyTorch is expected",
            "C'est un fichier safetensors, là où un checkpoint de PyTorch est attendu",
        ),
        advice.BEST,
    ),
    "exported_model": (
        (
            "This is a network exported for another library (TensorFlow, TensorRT, Keras…)",
            "C'est un réseau exporté pour une autre bibliothèque (TensorFlow, TensorRT, Keras…)",
        ),
        advice.EXPORTED,
    ),
    "not_a_checkpoint": (
        (
            "This file is not a PyTorch checkpoint; its first bytes are unknown",
            "Ce fichier n'est pas un checkpoint PyTorch ; ses premiers octets sont inconnus",
        ),
        advice.BEST,
    ),
    "truncated": (
        (
            "The file is cut short: its end, with the table of contents, is missing",
            "Le fichier est tronqué : sa fin, avec la table des matières, manque",
        ),
        advice.AGAIN,
    ),
    "trailing_data": (
        (
            "Something was added after the end of the checkpoint",
            "Quelque chose a été ajouté après la fin du checkpoint",
        ),
        advice.BEST,
    ),
    # The zip around it.
    "zip_directory": (
        (
            "The table of contents of the file is damaged or not as torch.save writes it",
            "La table des matières du fichier est abîmée ou différente de ce qu'écrit torch.save",
        ),
        advice.AGAIN,
    ),
    "zip_entries": (
        ("The file holds too many entries ({count})", "Le fichier contient trop d'entrées ({count})"),
        advice.BEST,
    ),
    "zip_compressed": (
        (
            "The parts of this file are compressed; torch.save stores them as they are",
            "Les parties de ce fichier sont compressées ; torch.save les range telles quelles",
        ),
        advice.UNPACK,
    ),
    "zip_flags": (
        (
            "The file is encrypted, or marked in a way torch.save never does",
            "Le fichier est chiffré, ou marqué comme torch.save ne le fait jamais",
        ),
        advice.BEST,
    ),
    "zip_name": (
        (
            "The file holds an entry that no checkpoint has: {name}",
            "Le fichier contient une entrée qu'aucun checkpoint n'a : {name}",
        ),
        advice.BEST,
    ),
    "zip_two_roots": (
        ("The file holds two checkpoints in one", "Le fichier contient deux checkpoints en un"),
        advice.BEST,
    ),
    "zip_duplicate": (
        ("The file holds the entry {name} twice", "Le fichier contient deux fois l'entrée {name}"),
        advice.BEST,
    ),
    "zip_mismatch": (
        (
            "The file says two different things about its entry {name}",
            "Le fichier se contredit au sujet de son entrée {name}",
        ),
        advice.AGAIN,
    ),
    "zip_bounds": (
        (
            "An entry of the file lies outside of it: {name}",
            "Une entrée du fichier se trouve en dehors de lui : {name}",
        ),
        advice.AGAIN,
    ),
    "zip_overlap": (
        ("Two entries of the file overlap", "Deux entrées du fichier se chevauchent"),
        advice.BEST,
    ),
    "zip_gap": (
        ("The file hides bytes between its entries", "Le fichier cache des octets entre ses entrées"),
        advice.BEST,
    ),
    "zip_checksum": (
        (
            "The file was damaged on the way: the checksum of {name} is wrong",
            "Le fichier a été abîmé en route : la somme de contrôle de {name} est fausse",
        ),
        advice.AGAIN,
    ),
    "byte_order": (
        (
            "The file was written on a big-endian machine",
            "Le fichier a été écrit sur une machine gros-boutiste",
        ),
        advice.RESAVE,
    ),
    # The pickle inside.
    "pickle_protocol": (
        (
            "The file was saved with a pickle protocol other than 2",
            "Le fichier a été enregistré avec un protocole pickle autre que 2",
        ),
        advice.RESAVE,
    ),
    "pickle_too_big": (
        ("The description of the network is too large", "La description du réseau est trop grande"),
        advice.SMALLER,
    ),
    "pickle_damaged": (
        ("The description of the network is damaged", "La description du réseau est abîmée"),
        advice.AGAIN,
    ),
    "pickle_opcode": (
        (
            "The file uses an instruction ({opcode}) that no YOLO checkpoint needs",
            "Le fichier emploie une instruction ({opcode}) dont aucun checkpoint YOLO n'a besoin",
        ),
        advice.TRUSTED,
    ),
    "pickle_key": (
        (
            "The file uses something other than text and integers as a dictionary's key",
            "Le fichier emploie autre chose que du texte et des entiers comme clé de dictionnaire",
        ),
        advice.HELP,
    ),
    "forbidden_name": (
        (
            "The file asks to run {name}, which no YOLO checkpoint needs",
            "Le fichier demande d'exécuter {name}, dont aucun checkpoint YOLO n'a besoin",
        ),
        advice.TRUSTED,
    ),
    "forbidden_call": (
        (
            "The file uses {name} in a way that no YOLO checkpoint does",
            "Le fichier emploie {name} comme aucun checkpoint YOLO ne le fait",
        ),
        advice.TRUSTED,
    ),
    # safetensors files.
    "safetensors_header": (
        (
            "The header of the safetensors file is damaged, too long, or says something twice",
            "L'en-tête du fichier safetensors est abîmé, trop long, ou dit deux fois la même chose",
        ),
        advice.SAVE_FILE,
    ),
    "safetensors_tensor": (
        (
            "The safetensors file describes an impossible tensor: {name}",
            "Le fichier safetensors décrit un tenseur impossible : {name}",
        ),
        advice.SAVE_FILE,
    ),
    "safetensors_bytes": (
        (
            "The safetensors file has bytes that belong to no tensor, or to two",
            "Le fichier safetensors a des octets qui n'appartiennent à aucun tenseur, ou à deux",
        ),
        advice.SAVE_FILE,
    ),
    # ONNX files.
    "onnx_damaged": (
        ("The ONNX file is damaged or is none", "Le fichier ONNX est abîmé ou n'en est pas un"),
        advice.AGAIN,
    ),
    "onnx_too_big": (
        (
            "The ONNX graph has far more nodes, tensors or texts than a detector's",
            "Le graphe ONNX a bien plus de nœuds, de tenseurs ou de textes que celui d'un détecteur",
        ),
        advice.EXPORT,
    ),
    "onnx_too_slow": (
        (
            "The ONNX graph takes {found} billion operations a picture; {limit} are allowed",
            "Le graphe ONNX demande {found} milliards d'opérations par image ; {limit} sont permis",
        ),
        advice.SMALLER,
    ),
    "onnx_version": (
        (
            "The ONNX file is of a version that is not read here: {found} (opset 7 to 26 is)",
            "Le fichier ONNX est d'une version qui n'est pas lue ici : {found} (les opsets 7 à 26 le sont)",
        ),
        advice.EXPORT,
    ),
    "onnx_part": (
        (
            "The ONNX file holds parts that no detector's export needs: {name}",
            "Le fichier ONNX contient des parties dont aucun export de détecteur n'a besoin : {name}",
        ),
        advice.EXPORT,
    ),
    "onnx_external": (
        (
            "The ONNX file keeps the numbers of {name} in another file",
            "Le fichier ONNX range les nombres de {name} dans un autre fichier",
        ),
        advice.ONE_FILE,
    ),
    "onnx_operator": (
        (
            "The ONNX graph uses {name}, an operator that is not allowed here",
            "Le graphe ONNX emploie {name}, un opérateur qui n'est pas permis ici",
        ),
        advice.EXPORT,
    ),
    "onnx_attribute": (
        (
            "The ONNX graph holds something other than numbers and short texts in {name}",
            "Le graphe ONNX contient autre chose que des nombres et des textes courts dans {name}",
        ),
        advice.EXPORT,
    ),
    "onnx_order": (
        (
            "The ONNX graph uses {name} before it is made, or makes it twice",
            "Le graphe ONNX emploie {name} avant de l'avoir calculé, ou le calcule deux fois",
        ),
        advice.EXPORT,
    ),
    "onnx_tensor": (
        (
            "The ONNX file describes an impossible tensor: {name}",
            "Le fichier ONNX décrit un tenseur impossible : {name}",
        ),
        advice.EXPORT,
    ),
    "onnx_input": (
        (
            "The ONNX graph should take one batch of pictures (batch, 3, height, width) and takes {found}",
            "Le graphe ONNX devrait recevoir un lot d'images (lot, 3, hauteur, largeur) et reçoit {found}",
        ),
        advice.EXPORT,
    ),
    "onnx_output": (
        (
            "The outputs of the ONNX graph are of no known detector: {found} for {classes} classes",
            "Les sorties du graphe ONNX ne sont d'aucun détecteur connu : {found} pour {classes} classes",
        ),
        advice.OUTPUTS,
    ),
    "onnx_shapes": (
        (
            "The shapes of the ONNX graph do not fit together: {detail}",
            "Les tailles du graphe ONNX ne s'accordent pas : {detail}",
        ),
        advice.EXPORT,
    ),
    "onnx_activation": (
        (
            "The ONNX graph would make a tensor too large for an evaluation: {name}, {shape}",
            "Le graphe ONNX calculerait un tenseur trop grand pour une évaluation : {name}, {shape}",
        ),
        advice.SMALLER,
    ),
    "onnx_canvas": (
        (
            "The exported network only takes pictures of {found} pixels, and they are of {expected} here",
            "Le réseau exporté ne prend que des images de {found} pixels, et elles sont ici de {expected}",
        ),
        advice.CANVAS,
    ),
    "onnx_scores": (
        (
            "The exported network gives scores that are not between 0 and 1",
            "Le réseau exporté donne des scores qui ne sont pas entre 0 et 1",
        ),
        advice.OUTPUTS,
    ),
    # Checkpoints of something else.
    "unknown_layers": (
        (
            "The network contains layers that are not in standard YOLO: {names}",
            "Le réseau contient des couches absentes du YOLO standard : {names}",
        ),
        advice.STOCK,
    ),
    "classification_weights": (
        (
            "These are weights of a classifier, not of a detector",
            "Ce sont les poids d'un classifieur, pas d'un détecteur",
        ),
        advice.DETECT,
    ),
    "segmentation_weights": (
        (
            "These are weights of a segmentation network, not of a detector",
            "Ce sont les poids d'un réseau de segmentation, pas d'un détecteur",
        ),
        advice.DETECT,
    ),
    "other_task_weights": (
        (
            "These are weights of another task ({name}), not of a detector",
            "Ce sont les poids d'une autre tâche ({name}), pas d'un détecteur",
        ),
        advice.DETECT,
    ),
    "plain_state_dict": (
        (
            "This file holds bare weights (a state_dict) without the network they belong to",
            "Ce fichier contient des poids nus (un state_dict) sans le réseau auquel ils appartiennent",
        ),
        advice.NAMED,
    ),
    "configuration_unknown": (
        (
            "No published network is called {name}",
            "Aucun réseau publié ne s'appelle {name}",
        ),
        advice.CONFIGURATION,
    ),
    "configuration_differs": (
        (
            "These weights are not those of {name} with {count} classes: {detail} differs",
            "Ces poids ne sont pas ceux de {name} avec {count} classes : {detail} diffère",
        ),
        advice.CONFIGURATION,
    ),
    "no_model": (
        (
            "There is no YOLO network in this checkpoint (neither `ema` nor `model`)",
            "Il n'y a pas de réseau YOLO dans ce checkpoint (ni `ema` ni `model`)",
        ),
        advice.WHOLE,
    ),
    # Its tensors.
    "tensor_invalid": (
        ("The file describes an impossible tensor", "Le fichier décrit un tenseur impossible"),
        advice.HELP,
    ),
    "storage_missing": (
        ("The numbers of {name} are missing", "Les nombres de {name} manquent"),
        advice.AGAIN,
    ),
    "storage_size": (
        (
            "{name} should have {expected} bytes and has {found}",
            "{name} devrait avoir {expected} octets et en a {found}",
        ),
        advice.AGAIN,
    ),
    "tensor_expands": (
        (
            "{name} claims more numbers ({count}) than the file holds for it ({held})",
            "{name} annonce plus de nombres ({count}) que le fichier n'en contient pour lui ({held})",
        ),
        advice.HELP,
    ),
    "tensor_bounds": (
        ("{name} reads outside of its numbers", "{name} lit en dehors de ses nombres"),
        advice.HELP,
    ),
    "tensor_stride": (
        (
            "{name} is laid out in memory as no saved tensor is",
            "{name} est disposé en mémoire comme aucun tenseur enregistré",
        ),
        advice.HELP,
    ),
    "tensors_too_many": (
        ("The network has too many tensors or modules", "Le réseau a trop de tenseurs ou de modules"),
        advice.SMALLER,
    ),
    "too_many_parameters": (
        (
            "The network is too large: more than {limit} million parameters",
            "Le réseau est trop grand : plus de {limit} millions de paramètres",
        ),
        advice.SMALLER,
    ),
    "not_finite": (
        (
            "{name} contains NaN or infinite values",
            "{name} contient des valeurs NaN ou infinies",
        ),
        advice.DIVERGED,
    ),
    "negative_variance": (
        ("{name} contains negative variances", "{name} contient des variances négatives"),
        advice.DIVERGED,
    ),
    # Its modules, names and configuration.
    "module_tree": (
        (
            "The network's tree of modules is not as PyTorch writes it ({name})",
            "L'arbre des modules du réseau n'est pas tel que PyTorch l'écrit ({name})",
        ),
        advice.HELP,
    ),
    "module_hooks": (
        (
            "The module {name} carries hooks: code that would run beside the network",
            "Le module {name} porte des hooks : du code qui s'exécuterait à côté du réseau",
        ),
        advice.TRUSTED,
    ),
    "names_missing": (
        ("The checkpoint has no class names", "Le checkpoint n'a pas de noms de classes"),
        advice.NAMES,
    ),
    "classes_needed": (
        ("The file does not name its classes", "Le fichier ne nomme pas ses classes"),
        advice.CLASSES,
    ),
    "names_invalid": (
        (
            "The class names are not plain short texts numbered from 0",
            "Les noms de classes ne sont pas des textes simples et courts numérotés à partir de 0",
        ),
        advice.NAMES,
    ),
    "classes_too_many": (
        (
            "The network has {count} classes: more, or of longer names, than any task has",
            "Le réseau a {count} classes : plus, ou de noms plus longs, qu'aucune tâche n'en a",
        ),
        advice.NAMES,
    ),
    "names_count": (
        (
            "The network has {nc} classes and {count} class names",
            "Le réseau a {nc} classes et {count} noms de classes",
        ),
        advice.NAMES,
    ),
    "configuration_missing": (
        (
            "The checkpoint does not hold the network's configuration (its yaml)",
            "Le checkpoint ne contient pas la configuration du réseau (son yaml)",
        ),
        advice.STOCK,
    ),
    "invalid_configuration": (
        (
            "The network's configuration is not one that YOLO can have: {detail}",
            "La configuration du réseau n'est pas possible pour YOLO : {detail}",
        ),
        advice.STOCK,
    ),
    "unsupported_layer": (
        (
            "Layer {index} of the configuration ({name}) is not one we rebuild",
            "La couche {index} de la configuration ({name}) n'est pas de celles que nous reconstruisons",
        ),
        advice.STOCK,
    ),
    # The network rebuilt.
    "cannot_be_built": (
        (
            "The configuration does not make a working network",
            "La configuration ne donne pas un réseau qui fonctionne",
        ),
        advice.STOCK,
    ),
    "weights_missing": (
        ("The weights of {name} are missing", "Les poids de {name} manquent"),
        advice.STOCK,
    ),
    "weights_unexpected": (
        (
            "The file holds weights that its configuration has no place for: {name}",
            "Le fichier contient des poids pour lesquels sa configuration n'a pas de place : {name}",
        ),
        advice.STOCK,
    ),
    "weights_shape": (
        (
            "{name} has shape {found} where the configuration needs {expected}",
            "{name} a la forme {found} là où la configuration demande {expected}",
        ),
        advice.STOCK,
    ),
    "layers_differ": (
        (
            "The module {name} is not what the configuration says: {found} instead of {expected}",
            "Le module {name} n'est pas ce que dit la configuration : {found} au lieu de {expected}",
        ),
        advice.STOCK,
    ),
    "output_not_finite": (
        (
            "The network gives NaN or infinite values on a plain picture",
            "Le réseau donne des valeurs NaN ou infinies sur une image unie",
        ),
        advice.DIVERGED,
    ),
    "unreadable": (
        ("The file could not be read as a checkpoint", "Le fichier n'a pas pu être lu comme un checkpoint"),
        advice.HELP,
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
    reason, next_step = SENTENCES[code]
    readable = {key: shown(value) for key, value in facts.items()}
    return Refused(
        code,
        {"en": reason[0].format_map(readable), "fr": reason[1].format_map(readable)},
        {"en": next_step[0], "fr": next_step[1]},
        readable,
    )
