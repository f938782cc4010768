"""Every sentence of this client in French, by its English. A test holds the two together."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    # --- what was handed in -------------------------------------------------------------------------------------------
    "queued": "en attente",
    "running": "en cours",
    "done": "terminé",
    "refused": "refusé",
    "failed": "échec",
    "cancelled": "annulé",
    "queued: place {place}": "en attente : place {place}",
    "about {time} to go": "encore {time} environ",
    "reading the checkpoint as data": "lecture des poids comme des données",
    "predicting: image {done} of {total}": "prédiction : image {done} sur {total}",
    "comparing the boxes with the hidden labels": "comparaison des boîtes aux étiquettes cachées",
    "precision": "précision",
    "recall": "rappel",
    "objects": "objets",
    "class": "classe",
    "95% interval": "intervalle à 95 %",
    "95% interval: {bounds}": "intervalle à 95 % : {bounds}",
    "{count} million parameters": "{count} millions de paramètres",
    "{count} ms an image": "{count} ms par image",
    "{count} MB": "{count} Mo",
    "Incident {number}": "Incident {number}",
    "Evaluations used today: {used} of {limit}": "Évaluations utilisées aujourd’hui : {used} sur {limit}",
    "Handed in as number {id}: {state}.": "Déposé sous le numéro {id} : {state}.",
    "Place {place} in the queue.": "Place {place} dans la file.",
    "The file arrived whole (SHA-256 {digest}…).": "Le fichier est arrivé entier (SHA-256 {digest}…).",
    "Follow it: dlcv status {id} --watch": "Pour le suivre : dlcv status {id} --watch",
    "The site has this file already: here is what it knows of it.": (
        "Le site a déjà ce fichier : voici ce qu’il en sait."
    ),
    "Your pair has handed in nothing yet.": "Votre binôme n’a encore rien déposé.",
    "The evaluation has written nothing yet.": "L’évaluation n’a encore rien écrit.",
    "Submission {number} is cancelled; it costs nothing of your quota.": (
        "Le dépôt {number} est annulé ; il ne compte pas dans votre quota."
    ),
    "No significant gain over your earlier one: the board keeps that score.": (
        "Pas de gain significatif sur votre précédent : le classement garde ce score-là."
    ),
    "On the private part: {score}": "Sur la partie privée : {score}",
    "Chosen: it stands for your pair.": "Choisi : il représente votre binôme.",
    "Only pairs hand in checkpoints.": "Seuls les binômes déposent des poids.",
    "Sign in as a member of a pair: dlcv login": "Connectez-vous comme membre d’un binôme : dlcv login",
    "Your pair has had its evaluations of today.": "Votre binôme a eu ses évaluations du jour.",
    "The next ones open at {time}.": "Les suivantes s’ouvrent le {time}.",
    "Submission {number} stands for your pair.": "Le dépôt {number} représente votre binôme.",
    "There is no submission {number} of yours.": "Vous n’avez pas de dépôt {number}.",
    "dlcv status lists yours.": "dlcv status donne la liste des vôtres.",
    # --- tasks and the board ------------------------------------------------------------------------------------------
    "task": "épreuve",
    "title": "titre",
    "score": "score",
    "image size": "taille d’image",
    "classes": "classes",
    "state": "état",
    "open": "ouverte",
    "closed": "fermée",
    "number": "numéro",
    "file": "fichier",
    "rank": "rang",
    "pair": "binôme",
    "group": "groupe",
    "network": "réseau",
    "parameters (M)": "paramètres (M)",
    "ms an image": "ms par image",
    "submissions": "dépôts",
    "drawn": "tirage",
    "frozen backbone": "backbone gelé",
    "lot": "réseau déposé",
    "as drawn": "conforme",
    "another": "autre",
    "revealed": "dévoilé",
    "frozen: the final ranking comes later": "figé : le classement final viendra plus tard",
    "public part of the pictures": "partie publique des images",
    "private part of the pictures": "partie privée des images",
    "* your pair; = a shared rank: the scores cannot be told apart": (
        "* votre binôme ; = rang partagé : les scores ne se distinguent pas"
    ),
    "No pair answers to all of these.": "Aucun binôme ne répond à tous ces critères.",
    "Nobody is on the board yet.": "Personne n’est encore au classement.",
    "Your course has no task.": "Votre cours n’a pas d’épreuve.",
    "dlcv tasks lists them.": "dlcv tasks en donne la liste.",
    "Which task? There are several.": "Quelle épreuve ? Il y en a plusieurs.",
    "Say --task with one of: {names}": "Ajoutez --task avec l’une de : {names}",
    "There is no task {slug}.": "Il n’y a pas d’épreuve {slug}.",
    "The tasks are: {names}": "Les épreuves sont : {names}",
    "The task {slug} takes no more submissions.": "L’épreuve {slug} n’accepte plus de dépôt.",
    "Ask your instructor if you think this is a mistake.": "Voyez avec votre enseignant si vous pensez à une erreur.",
    "--watch and --json do not go together here: a board has no end.": (
        "--watch et --json ne vont pas ensemble ici : un classement n’a pas de fin."
    ),
    # --- the file -----------------------------------------------------------------------------------------------------
    "{name} cannot be read: {why}": "{name} ne se lit pas : {why}",
    "it is no file": "ce n’est pas un fichier",
    "A training writes it to runs/train/…/weights/best.pt.": (
        "Un apprentissage l’écrit dans runs/train/…/weights/best.pt."
    ),
    "{name} is empty.": "{name} est vide.",
    "The training or the copy stopped before anything was written.": (
        "L’apprentissage ou la copie s’est arrêté avant d’écrire."
    ),
    "{name} changed while it was being sent: it starts anew.": (
        "{name} a changé pendant l’envoi : il recommence du début."
    ),
    "{name} keeps changing: is a training still writing it?": (
        "{name} change sans cesse : un apprentissage l’écrit-il encore ?"
    ),
    "Wait until it ends, or copy the file and send the copy.": (
        "Attendez qu’il finisse, ou copiez le fichier et envoyez la copie."
    ),
    # --- the upload and the network -----------------------------------------------------------------------------------
    "{time} left": "encore {time}",
    "Trying again in {time} ({attempt} of {tries}).": "Nouvel essai dans {time} ({attempt} sur {tries}).",
    "The connection was lost: {error}": "La connexion s’est coupée : {error}",
    "The server does not answer.": "Le serveur ne répond pas.",
    "The server cannot answer just now ({status}).": "Le serveur ne peut pas répondre pour l’instant ({status}).",
    "Too many requests.": "Trop de requêtes.",
    "A piece was damaged on its way.": "Un morceau s’est abîmé en route.",
    "The server has forgotten what was sent: it starts anew.": (
        "Le serveur a oublié ce qui était envoyé : l’envoi recommence du début."
    ),
    "The server has less of the file than it had said.": "Le serveur a moins du fichier qu’il ne l’avait dit.",
    "The server did not say how much of the file it has.": "Le serveur n’a pas dit ce qu’il a du fichier.",
    "The server did not say where to send the file.": "Le serveur n’a pas dit où envoyer le fichier.",
    "The server stored another file than {name}.": "Le serveur a rangé un autre fichier que {name}.",
    "Tell your instructor, with the number {id}.": "Dites-le à votre enseignant, avec le numéro {id}.",
    "The answer is too large to be one of this site.": "La réponse est trop longue pour venir de ce site.",
    "The server answered something that this client does not understand.": (
        "Le serveur a répondu quelque chose que ce programme ne comprend pas."
    ),
    "Install the client that goes with this site again: its task pages say how.": (
        "Réinstallez le programme qui va avec ce site : les pages de ses épreuves disent comment."
    ),
    "{url} answered {status}, and nothing that we understand.": (
        "{url} a répondu {status}, et rien que nous comprenions."
    ),
    "Is it the address of the site? dlcv login ADDRESS changes it.": (
        "Est-ce l’adresse du site ? dlcv login ADRESSE la change."
    ),
    "The server sends us elsewhere ({where}); your token stays here.": (
        "Le serveur nous envoie ailleurs ({where}) ; votre jeton reste ici."
    ),
    "If that is the right address, sign in there: dlcv login ADDRESS": (
        "Si c’est la bonne adresse, connectez-vous-y : dlcv login ADRESSE"
    ),
    "The certificate of the server could not be verified: {error}": (
        "Le certificat du serveur n’a pas pu être vérifié : {error}"
    ),
    "If your university signs its own, name its file: --ca-bundle FILE. Never go on without.": (
        "Si votre université signe les siens, donnez son fichier : --ca-bundle FICHIER. Ne vous en passez jamais."
    ),
    "The client itself failed: {error}": "Le programme lui-même a échoué : {error}",
    "DLCV_DEBUG=1 shows where; tell your instructor.": "DLCV_DEBUG=1 montre où ; dites-le à votre enseignant.",
    "Interrupted. Run the same command again: it goes on where it stopped.": (
        "Interrompu. Relancez la même commande : elle reprend où elle s’est arrêtée."
    ),
    "Interrupted. The evaluation goes on without you: dlcv status shows where it is.": (
        "Interrompu. L’évaluation continue sans vous : dlcv status dit où elle en est."
    ),
    # --- signing in ---------------------------------------------------------------------------------------------------
    "Address of the site: ": "Adresse du site : ",
    "Name: ": "Nom : ",
    "Password (not shown): ": "Mot de passe (il ne s’affiche pas) : ",
    "Nothing was answered.": "Rien n’a été répondu.",
    "There is no terminal to ask at.": "Il n’y a pas de terminal où demander.",
    "Give a token instead: dlcv login URL --token-stdin": "Donnez plutôt un jeton : dlcv login URL --token-stdin",
    "There is no file {path}.": "Il n’y a pas de fichier {path}.",
    "Signed in to {url}; the token is kept in {path}.": "Connecté à {url} ; le jeton est gardé dans {path}.",
    "Warning: everybody on the way can read what you send to {url}.": (
        "Attention : tout le monde sur le trajet peut lire ce que vous envoyez à {url}."
    ),
    "The token of {url} is gone from this machine. It stays valid: “Make a new token” in “My account” ends it.": (
        "Le jeton de {url} n’est plus sur cette machine. Il reste valable : « Créer un nouveau jeton » dans "
        "« Mon compte » y met fin."
    ),
    "You are signed in nowhere.": "Vous n’êtes connecté nulle part.",
    "You are not signed in to {url}.": "Vous n’êtes pas connecté à {url}.",
    "Sign in first: dlcv login https://the.site": "Connectez-vous d’abord : dlcv login https://le.site",
    "Sign in again: dlcv login {url}": "Reconnectez-vous : dlcv login {url}",
    "The site does not know your token (any more).": "Le site ne connaît pas (ou plus) votre jeton.",
    "This is no token.": "Ce n’est pas un jeton.",
    "The page “My account” of the site shows yours.": "La page « Mon compte » du site montre le vôtre.",
    "This is no address of a site: {address}": "Ce n’est pas l’adresse d’un site : {address}",
    "It looks like https://dlcv.example.org.": "Elle ressemble à https://dlcv.example.org.",
    "An address that holds a name or a password is not taken.": (
        "Une adresse qui contient un nom ou un mot de passe n’est pas acceptée."
    ),
    "Leave it out: dlcv login asks for both.": "Enlevez-le : dlcv login demande les deux.",
    "Over plain http everybody on the way could read your password.": (
        "En http simple, tout le monde sur le trajet pourrait lire votre mot de passe."
    ),
    "Say https://, or --insecure-http if you know this network.": (
        "Dites https://, ou --insecure-http si vous connaissez ce réseau."
    ),
    "{path} was readable by others: closed to them now.": "{path} était lisible par d’autres : c’est refermé.",
    "refused: {reason}": "refusé : {reason}",
    "failed: {reason}": "échec : {reason}",
    # --- help ---------------------------------------------------------------------------------------------------------
    "Hand in checkpoints to a DLCV Quest site, and follow them.": (
        "Déposez des poids sur un site DLCV Quest, et suivez-les."
    ),
    "Exit codes: 0 done, 2 refused (the reason is said), 1 a failure of ours or of the network.": (
        "Codes de sortie : 0 fait, 2 refusé (la raison est dite), 1 un échec de notre côté ou du réseau."
    ),
    "{program} --help explains.": "{program} --help explique.",
    "show the version": "montrer la version",
    "commands": "commandes",
    "COMMAND": "COMMANDE",
    "print one JSON object and nothing else": "écrire un objet JSON et rien d’autre",
    "sign in, and keep a token (never the password)": "se connecter, et garder un jeton (jamais le mot de passe)",
    "forget the token on this machine": "oublier le jeton sur cette machine",
    "list the tasks of your course": "les épreuves de votre cours",
    "hand in a checkpoint": "déposer des poids",
    "where a submission stands, and what came out": "où en est un dépôt, et ce qui en est sorti",
    "cancel a submission that waits or is being evaluated": "annuler un dépôt en attente ou en cours d’évaluation",
    "choose the submission that counts for your pair at the end": (
        "choisir le dépôt qui compte pour votre binôme à la fin"
    ),
    "the leaderboard": "le classement",
    "what the evaluation wrote down": "ce que l’évaluation a noté",
    "the address of the site": "l’adresse du site",
    "your sign-in name (asked otherwise)": "votre nom de connexion (demandé sinon)",
    "read a token from standard input instead of asking": "lire un jeton sur l’entrée standard au lieu de demander",
    "the weights, such as runs/train/exp/weights/best.pt": "les poids, par exemple runs/train/exp/weights/best.pt",
    "for which task (needed when there are several)": "pour quelle épreuve (nécessaire s’il y en a plusieurs)",
    "which network a plain state_dict belongs to: yolov5s, yolov8n …": (
        "à quel réseau appartient un simple state_dict : yolov5s, yolov8n …"
    ),
    "wait for the score": "attendre le score",
    "wait for the end (of the newest, without a number)": "attendre la fin (du dernier, sans numéro)",
    "its number; without it, the list of yours": "son numéro ; sans lui, la liste des vôtres",
    "the number of the submission": "le numéro du dépôt",
    "of this task alone": "de cette épreuve seulement",
    "show it again whenever it changes, until Ctrl-C": "le remontrer à chaque changement, jusqu’à Ctrl-C",
    "which rows": "quelles lignes",
    "of this group alone": "de ce groupe seulement",
    "by the AP of this class": "d’après l’AP de cette classe",
    "that drew this size of network": "qui ont tiré cette taille de réseau",
    "that drew this image size": "qui ont tiré cette taille d’image",
    "that drew a frozen backbone, or not": "qui ont tiré un backbone gelé, ou non",
    "whose network is the one they drew, or not": "dont le réseau est celui du tirage, ou non",
    "with so many parameters at most": "avec au plus tant de paramètres",
    "certificates to trust (PEM)": "certificats de confiance (PEM)",
    "allow plain http beyond this machine": "permettre http simple au-delà de cette machine",
    "how long an answer may take (60)": "combien de temps une réponse peut prendre (60)",
    "tries in a row without progress (10)": "essais d’affilée sans progrès (10)",
}

#: argparse's own words, from Python 3.8 to today's; one that is missing stays English.
ARGPARSE: dict[str, str] = {
    "usage: ": "usage : ",
    "options": "options",
    "optional arguments": "options",
    "positional arguments": "arguments",
    "show this help message and exit": "montrer cette aide",
    "the following arguments are required: %s": "il manque : %s",
    "unrecognized arguments: %s": "arguments inconnus : %s",
    "argument %(argument_name)s: %(message)s": "argument %(argument_name)s : %(message)s",
    "expected one argument": "une valeur est attendue",
    "invalid %(type)s value: %(value)r": "valeur impossible : %(value)r",
    "invalid choice: %(value)r (choose from %(choices)s)": "choix impossible : %(value)r (au choix : %(choices)s)",
    "not allowed with argument %s": "impossible avec %s",
    "ambiguous option: %(option)s could match %(matches)s": "option ambiguë : %(option)s peut être %(matches)s",
    "ignored explicit argument %r": "valeur de trop : %r",
}
