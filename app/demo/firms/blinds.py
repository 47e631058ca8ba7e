"""An installer of blinds and windows in the Rhône-Alpes: orders, and fitters who carry them out."""

from datetime import timedelta

from app.demo.firm import Client, Crew, Firm, Lead, Place, Remarks, Text, Topic
from app.models.request import RequestKind

T, ORDER = Text, RequestKind.ORDER
FITTER, SURVEYOR, TECHNICIAN, SALES = "Poseur", "Métreur", "Technicien SAV", "Commercial"

SITES = (
    Place("Agence de Lyon", "12, quai des Arbalètes, Lyon"),
    Place("Agence de Grenoble", "3, allée du Granit, Grenoble"),
    Place("Agence d'Annecy", "28, avenue des Roselières, Annecy"),
)
CLIENTS = (
    Client("Bâtisseurs du Val Doré", "valdore.example.org", 4, (0,), ("Travaux neufs", "Rénovation")),
    Client("Menuiserie Chêne-et-Lune", "cheneetlune.example.org", 3, (0,)),
    Client("Architectes Pierre-de-Lune", "pierredelune.example.org", 4, (0, 1), ("Études", "Chantiers")),
    Client("Syndic Les Hauts-Cerisiers", "hautscerisiers.example.org", 3, (1,)),
    Client("Rénov'Edelbise", "edelbise.example.org", 3, (1, 2)),
    Client("Clinique des Sept-Gentianes", "septgentianes.example.org", 2, (2,)),
    Client("École des Trois-Passerelles", "troispasserelles.example.org", 2, (2,)),
    Client("Particuliers", "particuliers.example.org", 14, (0, 1, 2)),
)
CREWS = (
    Crew("MANAGER", 1, sites=2),
    Crew("STAFF", 3, SALES, 0, boxes=(("ALL_BOOKINGS", "CLIENT_LIST"), ("CLIENT_LIST",))),
    Crew("WORKER", 9, FITTER, 1),
    Crew("WORKER", 3, FITTER, 2, True, companies=("Pose & Compagnie du Blaireau",)),
    Crew("WORKER", 3, SURVEYOR, 1),
    Crew("WORKER", 3, TECHNICIAN, 2),
)
LEADS = (
    Lead("Administrator", "ADMIN", "Bérengère", "Montclar", "berengere@ombrelune.example.net"),
    Lead("Manager in Lyon", "MANAGER", "Aurélien", "Castagnet", "aurelien@ombrelune.example.net", sites=(0,)),
    Lead(
        "Worker, fitter", "WORKER", "Gaëtan", "Rochebrune", "gaetan@ombrelune.example.net", trade=FITTER, sites=(0,)
    ),
    Lead(
        "Client administrator",
        "CONTACT_ADMIN",
        "Joséphine",
        "Valdore",
        "josephine@valdore.example.org",
        client=0,
        department=0,
    ),
)
SLOTS = {
    "n": (T("2", "2"), T("3", "3"), T("4", "4"), T("5", "5"), T("6", "6"), T("8", "8"), T("12", "12")),
    "color": (
        T("gris anthracite", "anthracite"),
        T("blanc", "white"),
        T("sable", "sand"),
        T("vert sapin", "fir green"),
        T("bleu nuit", "midnight blue"),
        T("bordeaux", "burgundy"),
    ),
    "room": (
        T("salon", "living room"),
        T("chambres", "bedrooms"),
        T("façade sud", "south front"),
        T("véranda", "conservatory"),
        T("bureau", "office"),
        T("étage", "upper floor"),
    ),
    "size": (T("1#0 × 1#5 cm", "1#0 × 1#5 cm"), T("2#0 × 2#5 cm", "2#0 × 2#5 cm"), T("9# × 1#0 cm", "9# × 1#0 cm")),
    "ref": (T("BL-4###", "BL-4###"), T("VR-2###", "VR-2###"), T("FE-7###", "FE-7###")),
}
TOPICS = (
    Topic(
        FITTER,
        T("{n} stores bannes – {color}", "{n} awnings – {color}"),
        (
            T("Dimensions {size}, moteur et télécommande. Réf. {ref}.", "Size {size}, motor and remote. Ref. {ref}."),
            T("Pose sur façade isolée: prévoir des chevilles longues.", "Insulated wall: bring long anchors."),
        ),
        240,
        kind=ORDER,
    ),
    Topic(
        FITTER,
        T("{n} volets roulants – {room}", "{n} roller shutters – {room}"),
        (
            T("Tablier {color}, {size}. Réf. {ref}.", "Slats in {color}, {size}. Ref. {ref}."),
            T("Remplacement; les anciens coffres restent.", "Replacement; the old boxes stay."),
        ),
        360,
        kind=ORDER,
    ),
    Topic(
        FITTER,
        T("{n} fenêtres PVC – {color}", "{n} PVC windows – {color}"),
        (
            T("Double vitrage, {size}. Dépose totale.", "Double glazing, {size}. Old frames go."),
            T("Échafaudage du client disponible ce jour-là.", "The client's scaffold is there on that day."),
        ),
        480,
        kind=ORDER,
    ),
    Topic(
        FITTER,
        T("Stores vénitiens – {room}", "Venetian blinds – {room}"),
        (T("{n} pièces en aluminium {color}, {size}.", "{n} pieces, {color} aluminium, {size}."),),
        120,
        kind=ORDER,
    ),
    Topic(
        FITTER,
        T("Moustiquaires enroulables – {room}", "Roll-up insect screens – {room}"),
        (T("{n} pièces, cadre {color}.", "{n} pieces, {color} frame."),),
        90,
        0,
        ORDER,
    ),
    Topic(
        FITTER,
        T("Pergola bioclimatique – {color}", "Bioclimatic pergola – {color}"),
        (
            T(
                "Lames orientables, éclairage. Réf. {ref}. Deux poseurs.",
                "Tilting slats, lights. Ref. {ref}. Two fitters.",
            ),
        ),
        540,
        1,
        ORDER,
    ),
    Topic(
        FITTER,
        T("Porte de garage sectionnelle – {color}", "Sectional garage door – {color}"),
        (T("{size}, motorisation comprise. Réf. {ref}.", "{size}, motor included. Ref. {ref}."),),
        360,
        kind=ORDER,
    ),
    Topic(
        SALES,
        T("Devis à établir – {room}", "Quote to prepare – {room}"),
        (T("{n} ouvertures, coloris {color}. Budget serré.", "{n} openings, {color}. Tight budget."),),
        60,
    ),
    Topic(
        SURVEYOR,
        T("Prise de mesures – {room}", "Measuring – {room}"),
        (T("{n} ouvertures à relever avant commande.", "{n} openings to measure before the order."),),
        60,
        kind=ORDER,
    ),
    Topic(
        TECHNICIAN,
        T("SAV: moteur de volet en panne – {room}", "After-sales: shutter motor dead – {room}"),
        (
            T("Le volet reste à mi-hauteur. Pose sous garantie.", "The shutter hangs half-way. Under warranty."),
            T("La télécommande répond, le moteur non. Réf. {ref}.", "The remote answers, the motor does not. {ref}."),
        ),
        90,
        2,
    ),
    Topic(
        TECHNICIAN,
        T("SAV: toile déchirée, réf. {ref}", "After-sales: torn canvas, ref. {ref}"),
        (T("Après le coup de vent; photos reçues.", "After the gale; photos received."),),
        120,
        1,
    ),
    Topic(
        TECHNICIAN,
        T("SAV: infiltration d'air – {room}", "After-sales: draught – {room}"),
        (T("Joint à reprendre sur {n} fenêtres.", "Seals to redo on {n} windows."),),
        60,
        1,
    ),
)
REMARKS = Remarks(
    worker=(
        T("Chantier prêt, début à l'heure.", "Site ready, started on time."),
        T("Il manque deux équerres, je les prends à l'agence.", "Two brackets missing, fetching them at the branch."),
        T("Pose terminée, le client a signé.", "Fitted, the client has signed."),
        T("Mur creux: j'ai mis un scellement chimique.", "Hollow wall: I used a chemical anchor."),
        T("Réglage des fins de course fait.", "Limit stops adjusted."),
    ),
    office=(
        T("Marchandise arrivée à l'agence.", "The goods are at the branch."),
        T("Le client confirme le jour de pose.", "The client confirms the day."),
        T("Stationnement réservé devant l'entrée.", "Parking is reserved at the entrance."),
    ),
    internal=(
        T("Acompte de 40 % reçu.", "Deposit of 40 % received."),
        T("Marge faible: pas de remise supplémentaire.", "Thin margin: no further discount."),
        T("Le fournisseur annonce une semaine de retard.", "The supplier is a week late."),
    ),
)

FIRM = Firm(
    name="Stores Ombrelune",
    slug="ombrelune",
    domain="ombrelune.example.net",
    language="fr",
    time_zone="Europe/Paris",
    phone="+3319900####",
    hours=(8, 18),
    rest_days=(5, 6),
    english=0.08,
    names=("france", "france", "france", "world"),
    sites=SITES,
    clients=CLIENTS,
    crews=CREWS,
    leads=LEADS,
    topics=TOPICS,
    remarks=REMARKS,
    requests=650,
    slots=SLOTS,
    walk_in=0.22,
    pace=timedelta(days=6),
    siteless=0.02,
    lead_days=(10, 40),
)
