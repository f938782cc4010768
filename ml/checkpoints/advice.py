"""What to do next when a file is declined: each advice in English and French, shared by several refusals."""

from typing import Final

BEST: Final = (
    "Upload the file that training wrote, runs/train/…/weights/best.pt (YOLOv5) or"
    " runs/detect/…/weights/best.pt (ultralytics), without opening or repacking it.",
    "Déposez le fichier écrit par l'apprentissage, runs/train/…/weights/best.pt (YOLOv5) ou"
    " runs/detect/…/weights/best.pt (ultralytics), sans l'ouvrir ni le recompresser.",
)
AGAIN: Final = (
    "Copy or download it again from the machine that trained it, check that both sizes are equal, and send it again.",
    "Recopiez-le ou retéléchargez-le depuis la machine d'apprentissage, vérifiez que les deux tailles sont égales,"
    " puis renvoyez-le.",
)
RESAVE: Final = (
    "On the machine that trained it, open it with the YOLOv5 or ultralytics that wrote it and save it again with"
    " torch.save(checkpoint, 'best.pt') and no other option (PyTorch 1.6 or later).",
    "Sur la machine d'apprentissage, ouvrez-le avec le YOLOv5 ou l'ultralytics qui l'a écrit et enregistrez-le à"
    " nouveau avec torch.save(checkpoint, 'best.pt') sans autre option (PyTorch 1.6 ou plus récent).",
)
TRUSTED: Final = (
    "If you did not write this file yourself, do not open it with torch.load or YOLO(…): doing so would run what"
    " it contains. Send the best.pt of your own training.",
    "Si vous n'avez pas écrit ce fichier vous-même, ne l'ouvrez pas avec torch.load ni YOLO(…) : cela exécuterait"
    " ce qu'il contient. Envoyez le best.pt de votre propre apprentissage.",
)
STOCK: Final = (
    "Train a standard detection network (YOLOv5 v3.1 to v7, or ultralytics v3 to v12 and 26) without changing its"
    " layers; the configuration files yolov5n.yaml … yolov5x.yaml and yolov8n.yaml … all work.",
    "Entraînez un réseau de détection standard (YOLOv5 v3.1 à v7, ou ultralytics v3 à v12 et 26) sans modifier ses"
    " couches ; les configurations yolov5n.yaml … yolov5x.yaml et yolov8n.yaml … conviennent toutes.",
)
DETECT: Final = (
    "This course compares detectors: train with train.py (YOLOv5) or task detect (ultralytics) and send its best.pt.",
    "Ce cours compare des détecteurs : entraînez avec train.py (YOLOv5) ou la tâche detect (ultralytics) et envoyez"
    " son best.pt.",
)
UNPACK: Final = (
    "Unpack it on your own computer and send the best.pt that is inside, alone.",
    "Décompressez-le sur votre ordinateur et envoyez seulement le best.pt qu'il contient.",
)
EXPORTED: Final = (
    "Networks exported so are not read here: send the best.pt that it was exported from, or an export to ONNX.",
    "Les réseaux exportés ainsi ne sont pas lus ici : envoyez le best.pt dont il est tiré, ou un export ONNX.",
)
BY_NAME: Final = (
    "Here the weights are needed by their names: send the best.pt that it was exported from.",
    "Ici les poids sont demandés par leur nom : envoyez le best.pt dont il est tiré.",
)
EXPORT: Final = (
    "Export it again with `yolo export model=best.pt format=onnx` (ultralytics) or `python export.py --weights best.pt"
    " --include onnx` (YOLOv5), without editing the graph; or send the best.pt itself.",
    "Exportez-le à nouveau avec `yolo export model=best.pt format=onnx` (ultralytics) ou `python export.py --weights"
    " best.pt --include onnx` (YOLOv5), sans modifier le graphe ; ou envoyez le best.pt lui-même.",
)
ONE_FILE: Final = (
    "Save the export as one file with the weights inside (onnx.save(model, 'best.onnx') without"
    " save_as_external_data), or send the best.pt.",
    "Enregistrez l'export en un seul fichier avec ses poids (onnx.save(model, 'best.onnx') sans"
    " save_as_external_data), ou envoyez le best.pt.",
)
OUTPUTS: Final = (
    "Three outputs are known, N being candidates and C the classes: (1, N, 5+C) of YOLOv5, (1, 4+C, N) of ultralytics,"
    " (1, N, 6) of networks that suppress by themselves (x1 y1 x2 y2 confidence class). Export with YOLOv5's export.py"
    " or with yolo export, or send the best.pt.",
    "Trois sorties sont connues, N étant les candidats et C les classes : (1, N, 5+C) de YOLOv5, (1, 4+C, N)"
    " d'ultralytics, (1, N, 6) des réseaux qui suppriment eux-mêmes les doublons (x1 y1 x2 y2 confiance classe)."
    " Exportez avec export.py de YOLOv5 ou yolo export, ou envoyez le best.pt.",
)
LFS: Final = (
    "In the repository that holds it, run `git lfs pull`, or use the Download button of its page; then send the"
    " real file (several megabytes).",
    "Dans le dépôt qui le contient, lancez `git lfs pull`, ou utilisez le bouton de téléchargement de sa page ;"
    " envoyez ensuite le vrai fichier (plusieurs mégaoctets).",
)
LINK: Final = (
    "The link led to a page and not to the file (a sign-in page or an error, often): download the file itself,"
    " open the folder to check that it weighs several megabytes, and send that.",
    "Le lien menait à une page et non au fichier (souvent une page de connexion ou d'erreur) : téléchargez le"
    " fichier lui-même, vérifiez dans le dossier qu'il pèse plusieurs mégaoctets, et envoyez celui-là.",
)
WHOLE: Final = (
    "Send the whole checkpoint (the network object and its configuration), not only model.state_dict(): YOLO's own"
    " best.pt holds both.",
    "Envoyez le checkpoint entier (l'objet réseau et sa configuration), pas seulement model.state_dict() : le best.pt"
    " de YOLO contient les deux.",
)
NAMED: Final = (
    "Say which published network they are of (configuration: yolov5s, yolov8n, yolo11n…), or send YOLO's own best.pt,"
    " which holds the network and its configuration.",
    "Dites de quel réseau publié ils sont (configuration : yolov5s, yolov8n, yolo11n…), ou envoyez le best.pt de YOLO,"
    " qui contient le réseau et sa configuration.",
)
CONFIGURATION: Final = (
    "Known are yolov5n … yolov5x, yolov5n6 …, yolov5s-v5.0 and yolov5s-v3.1 (older releases), yolov5nu …, yolov8n …,"
    " yolov8n-p2, yolov9t …, yolov10n …, yolo11n …, yolo12n …, yolo26n …: name the one you trained, with the task's"
    " classes, or send its best.pt.",
    "Sont connus yolov5n … yolov5x, yolov5n6 …, yolov5s-v5.0 et yolov5s-v3.1 (anciennes versions), yolov5nu …,"
    " yolov8n …, yolov8n-p2, yolov9t …, yolov10n …, yolo11n …, yolo12n …, yolo26n … : nommez celui que vous avez"
    " entraîné, avec les classes de l'épreuve, ou envoyez son best.pt.",
)
CLASSES: Final = (
    "On the site those of the task are used; on the command line say them in order: --classes charlie,glasses,mug.",
    "Sur le site, celles de l'épreuve sont prises ; en ligne de commande, dites-les dans l'ordre : --classes"
    " charlie,glasses,mug.",
)
SAVE_FILE: Final = (
    "Write it again with safetensors.torch.save_file(model.state_dict(), 'best.safetensors', metadata={'yaml':"
    " json.dumps(model.yaml), 'names': json.dumps(model.names)}), or send the best.pt.",
    "Enregistrez-le à nouveau avec safetensors.torch.save_file(model.state_dict(), 'best.safetensors',"
    " metadata={'yaml': json.dumps(model.yaml), 'names': json.dumps(model.names)}), ou envoyez le best.pt.",
)
DIVERGED: Final = (
    "Training diverged before this file was saved: lower the learning rate or train without half precision, and"
    " send an earlier best.pt.",
    "L'apprentissage a divergé avant cet enregistrement : baissez le taux d'apprentissage ou entraînez sans"
    " demi-précision, et envoyez un best.pt antérieur.",
)
NAMES: Final = (
    "Correct nc and names in the data.yaml that you trained with (as many names as classes, plain text) and train"
    " again from these weights.",
    "Corrigez nc et names dans le data.yaml de votre apprentissage (autant de noms que de classes, en texte simple)"
    " et reprenez l'apprentissage depuis ces poids.",
)
SMALLER: Final = (
    "Use a smaller size (n, s, m, l or x), and strip the optimizer: training does it by itself when it ends normally.",
    "Prenez une taille plus petite (n, s, m, l ou x) et retirez l'optimiseur : l'apprentissage le fait de lui-même"
    " quand il se termine normalement.",
)
HELP: Final = (
    "Send the best.pt of a fresh training; if it is refused too, show it to your instructor.",
    "Envoyez le best.pt d'un nouvel apprentissage ; s'il est refusé aussi, montrez-le à votre enseignant.",
)
CANVAS: Final = (
    "Export it again for the task's image size (imgsz=…), or for any size (dynamic=True).",
    "Exportez-le à nouveau pour la taille d'image de la tâche (imgsz=…), ou pour toutes les tailles (dynamic=True).",
)
