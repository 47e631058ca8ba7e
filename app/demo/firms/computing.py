"""An IT firm whose clients have departments, client administrators and contacts."""

from datetime import timedelta

from app.demo.firm import Client, Crew, Firm, Lead, Place, Remarks, Text, Topic
from app.models.request import RequestKind

T, ORDER = Text, RequestKind.ORDER
DESK, NETWORK, FIELD = "Help desk technician", "Network technician", "Field technician"

SITES = (
    Place("Montréal – downtown", "1001 Harbour Steps, Montréal"),
    Place("Laval", "77 Orchard Crescent, Laval"),
    Place("Toronto", "240 Lantern Street, Toronto"),
    Place("Ottawa – Gatineau", "18 Rapids Lane, Gatineau"),
)
CLIENTS = (
    Client("Maplewick Foods", "maplewick.example.org", 14, (0, 2), ("Accounting", "Logistics", "Retail")),
    Client("Bluefern Architects", "bluefern.example.org", 9, (0,), ("Design", "Administration")),
    Client("Transports Aurorive", "aurorive.example.org", 10, (1,), ("Répartition", "Comptabilité")),
    Client("Kettlewhistle Brewing", "kettlewhistle.example.org", 7, (2,), ("Brewhouse", "Sales")),
    Client("Clinique des Deux-Soleils", "deuxsoleils.example.org", 10, (1, 3), ("Accueil", "Soins", "Archives")),
    Client("Larkmoor Legal", "larkmoor.example.org", 8, (2,), ("Litigation", "Notarial")),
    Client("Musée du Bouton-de-Nacre", "boutondenacre.example.org", 6, (3,), ("Collections", "Billetterie")),
    Client("Fondation Feuille-de-Lune", "feuilledelune.example.org", 5, (0,)),
    Client("Otterbrook College", "otterbrook.example.org", 12, (3,), ("Library", "Registrar", "Science labs")),
)
CREWS = (
    Crew("MANAGER", 1, sites=2),
    Crew("STAFF", 2, sites=0, boxes=(("ALL_BOOKINGS", "CLIENT_LIST"), ("CLIENT_LIST",))),
    Crew("WORKER", 6, DESK, 0),
    Crew("WORKER", 4, NETWORK, 2),
    Crew("WORKER", 4, FIELD, 1),
    Crew("WORKER", 2, FIELD, 2, True, companies=("Raccoon Cabling",)),
)
LEADS = (
    Lead("Administrator", "ADMIN", "Rowena", "Ashgrove", "rowena@quorvex.example.org", "en"),
    Lead("Manager in Montréal", "MANAGER", "Ludovic", "Sauvageau", "ludovic@quorvex.example.org", sites=(0, 1)),
    Lead("Worker, technician", "WORKER", "Anh", "Duchesne-Vo", "anh@quorvex.example.org", "en", DESK),
    Lead(
        "Client administrator",
        "CONTACT_ADMIN",
        "Beatrix",
        "Mapleforth",
        "beatrix@maplewick.example.org",
        "en",
        client=0,
        department=0,
    ),
    Lead(
        "Client contact", "CONTACT", "Samuel", "Fernsby", "samuel@maplewick.example.org", "en", client=0, department=1
    ),
    Lead(
        "Contact who sees all",
        "CONTACT",
        "Inès",
        "Tremblère",
        "ines@maplewick.example.org",
        client=0,
        department=2,
        boxes=("SEE_ALL_REQUESTS",),
    ),
)
SLOTS = {
    "pc": (
        T("portable P-##", "laptop P-##"),
        T("poste W-1##", "workstation W-1##"),
        T("tablette T-##", "tablet T-##"),
    ),
    "printer": (
        T("imprimante du 2e étage", "2nd floor printer"),
        T("imprimante du 4e étage", "4th floor printer"),
        T("imprimante de l'accueil", "front desk printer"),
    ),
    "app": (
        T("messagerie", "mail"),
        T("comptabilité", "accounting software"),
        T("agenda partagé", "shared calendar"),
        T("logiciel de paie", "payroll software"),
        T("dossiers partagés", "shared folders"),
    ),
    "room": (
        T("salle de réunion A", "meeting room A"),
        T("salle du conseil", "board room"),
        T("accueil", "front desk"),
        T("entrepôt", "warehouse"),
    ),
    "bait": (
        T("facture impayée", "unpaid invoice"),
        T("colis en attente", "parcel waiting"),
        T("mot de passe expiré", "expired password"),
        T("message vocal", "voice message"),
    ),
    "day": (T("vendredi", "Friday"), T("15 du mois", "the 15th"), T("30 du mois", "the 30th"), T("mardi", "Tuesday")),
    "n": (T("2", "2"), T("3", "3"), T("5", "5"), T("10", "10")),
    "since": (
        T("ce matin", "this morning"),
        T("la mise à jour", "the update"),
        T("hier", "yesterday"),
        T("mon retour de congé", "I came back from leave"),
    ),
}
TOPICS = (
    Topic(
        DESK,
        T("Mot de passe oublié – {app}", "Forgotten password – {app}"),
        (T("Compte bloqué depuis {since}.", "The account has been locked since {since}."),),
        20,
        1,
    ),
    Topic(
        DESK,
        T("{app}: message d'erreur au démarrage", "Error at start: {app}"),
        (
            T("Erreur 0x80##, depuis {since}.", "Error 0x80##, since {since}."),
            T("Redémarrer n'y change rien.", "A restart does not help."),
        ),
        45,
    ),
    Topic(
        DESK,
        T("Courriel suspect: {bait}", "Suspicious e-mail: {bait}"),
        (
            T("Je n'ai pas cliqué. Je vous le transfère?", "I did not click. Shall I forward it?"),
            T("Un collègue a ouvert la pièce jointe.", "A colleague opened the attachment."),
        ),
        30,
        2,
    ),
    Topic(
        DESK,
        T("Ordinateur lent – {pc}", "Slow computer – {pc}"),
        (T("Dix minutes pour démarrer depuis {since}.", "Takes ten minutes to start since {since}."),),
        60,
        0,
    ),
    Topic(
        DESK,
        T("Accès à donner: {app}", "Access to grant: {app}"),
        (T("Nouvelle collègue, mêmes droits que moi.", "New colleague, same rights as mine."),),
        20,
    ),
    Topic(
        DESK,
        T("Départ le {day}: fermer les comptes", "Leaver on {day}: close the accounts"),
        (T("Garder la boîte aux lettres 90 jours.", "Keep the mailbox for 90 days."),),
        40,
        1,
    ),
    Topic(
        NETWORK,
        T("Wi-Fi instable – {room}", "Unstable Wi-Fi – {room}"),
        (T("Coupures toutes les dix minutes depuis {since}.", "Drops every ten minutes since {since}."),),
        90,
        1,
    ),
    Topic(
        NETWORK,
        T("Panne d'Internet – {room}", "Internet outage – {room}"),
        (T("Plus rien depuis {since}; le téléphone aussi.", "Nothing since {since}; phones are down too."),),
        120,
        2,
    ),
    Topic(
        NETWORK,
        T("VPN refusé – {pc}", "VPN refused – {pc}"),
        (T("« Délai dépassé » à la connexion.", "“Timed out” when connecting."),),
        45,
        1,
    ),
    Topic(
        FIELD,
        T("Bourrage répété – {printer}", "Repeated paper jam – {printer}"),
        (T("Le bac 2 accroche. Toner remplacé sans effet.", "Tray 2 catches. New toner did not help."),),
        45,
        0,
    ),
    Topic(
        FIELD,
        T("Écran noir – {pc}", "Black screen – {pc}"),
        (T("Le voyant est allumé, rien à l'écran.", "The light is on, nothing on the screen."),),
        60,
        1,
    ),
    Topic(
        FIELD,
        T("Projecteur à installer – {room}", "Projector to install – {room}"),
        (T("Le câble passe dans le faux plafond.", "The cable runs above the ceiling."),),
        150,
        0,
    ),
    Topic(
        FIELD,
        T("{n} ordinateurs portables à livrer", "{n} laptops to deliver"),
        (T("Configuration standard, sacoche et souris.", "Standard image, bag and mouse."),),
        120,
        1,
        ORDER,
    ),
    Topic(
        FIELD,
        T("Déménagement de {n} postes – {room}", "Move of {n} desks – {room}"),
        (T("Prises réseau à vérifier la veille.", "Check the network sockets the day before."),),
        240,
        0,
        ORDER,
    ),
    Topic(
        NETWORK,
        T("Remplacement du pare-feu – {room}", "Firewall replacement – {room}"),
        (T("Coupure prévue de 30 minutes.", "Planned outage of 30 minutes."),),
        180,
        1,
        ORDER,
    ),
)
REMARKS = Remarks(
    worker=(
        T("Je prends la main à distance à 14 h.", "I will connect remotely at 2 p.m."),
        T("Pilote mis à jour, à surveiller.", "Driver updated, keep an eye on it."),
        T("Reproduit sur un autre poste.", "Reproduced on another machine."),
        T("Câble remplacé, débit normal.", "Cable replaced, speed is normal."),
        T("Résolu avec l'utilisateur au téléphone.", "Solved with the user on the phone."),
    ),
    office=(
        T("Pouvez-vous envoyer une capture d'écran?", "Could you send a screenshot?"),
        T("Intervention confirmée pour jeudi.", "The visit is confirmed for Thursday."),
        T("Le fabricant envoie la pièce.", "The maker ships the part."),
    ),
    internal=(
        T("Hors contrat: à facturer.", "Outside the contract: to be billed."),
        T("Même panne que le mois dernier.", "Same fault as last month."),
        T("Client prioritaire, rappeler avant midi.", "Key client, call back before noon."),
    ),
)

FIRM = Firm(
    name="Quorvex IT Services",
    slug="quorvex",
    domain="quorvex.example.org",
    language="en",
    time_zone="America/Toronto",
    phone="+151455501##",
    hours=(8, 18),
    rest_days=(5, 6),
    english=0.65,
    names=("english", "english", "quebec", "world"),
    sites=SITES,
    clients=CLIENTS,
    crews=CREWS,
    leads=LEADS,
    topics=TOPICS,
    remarks=REMARKS,
    requests=950,
    slots=SLOTS,
    walk_in=0.05,
    pace=timedelta(days=1),
    siteless=0.06,
    lead_days=(5, 25),
)
