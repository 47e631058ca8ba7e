"""A property manager in Montréal: buildings, tenants' associations, concierges and contractors."""

from datetime import timedelta

from app.demo.firm import Client, Crew, Firm, Lead, Place, Remarks, Text, Topic

T = Text
CONCIERGE, PLUMBER, ELECTRICIAN = "Concierge", "Plombier", "Électricien"
LOCKSMITH, PAINTER, HEATING = "Serrurier", "Peintre", "Chauffagiste"

SITES = (
    Place("Le Cormoran", "1180, rue des Tilleuls-Rouges, Montréal"),
    Place("Résidence des Sittelles", "42, avenue du Verger, Montréal"),
    Place("Le Martin-Pêcheur", "2605, quai des Brumes, Montréal"),
    Place("Cour du Chardonneret", "7, cour du Chardonneret, Montréal"),
    Place("Tour Grand-Héron", "500, boulevard de l'Estuaire, Montréal"),
    Place("Les Lofts de la Filature", "318, rue de la Filature, Montréal"),
    Place("Le Harfang", "95, chemin du Harfang, Laval"),
    Place("Place du Colibri", "1440, place du Colibri, Longueuil"),
)
CLIENTS = (
    Client("Association des locataires du Cormoran", "cormoran.example.org", 10, (0,)),
    Client("Comité des résidents des Sittelles", "sittelles.example.org", 9, (1,)),
    Client("Association des locataires du Martin-Pêcheur", "martinpecheur.example.org", 8, (2,)),
    Client("Les voisins du Chardonneret", "chardonneret.example.org", 7, (3,)),
    Client(
        "Copropriété Grand-Héron", "grandheron.example.org", 11, (4,), ("Conseil", "Commerces du rez-de-chaussée")
    ),
    Client("Ateliers de la Filature", "filature.example.org", 8, (5,), ("Studios", "Galerie")),
    Client("Association des locataires du Harfang", "harfang.example.org", 7, (6,)),
    Client("Résidents de la place du Colibri", "colibri.example.org", 6, (7,)),
    Client("Coopérative Rive-et-Brume", "riveetbrume.example.org", 5, (2, 7)),
)
CREWS = (
    Crew("STAFF", 3, sites=0, boxes=(("ALL_BOOKINGS",), ("ALL_BOOKINGS", "CLIENT_LIST"), ("CLIENT_LIST",))),
    Crew("WORKER", 8, CONCIERGE, 1),
    Crew("WORKER", 4, PLUMBER, 3),
    Crew("WORKER", 3, PLUMBER, 4, True, companies=("Plomberie du Castor Bleu", "Débouchage Loutre & Filles")),
    Crew("WORKER", 3, ELECTRICIAN, 3),
    Crew("WORKER", 2, ELECTRICIAN, 0, True, companies=("Électro-Tamia",)),
    Crew("WORKER", 2, LOCKSMITH, 0, True, companies=("Serrures Porc-Épic",)),
    Crew("WORKER", 3, PAINTER, 4, True, companies=("Peinture Geai des Champs",)),
    Crew("WORKER", 3, HEATING, 4),
)
LEADS = (
    Lead("Administrator", "ADMIN", "Solange", "Vertefeuille", "solange@habitrive.example.com"),
    Lead("Manager of 4 buildings", "MANAGER", "Émile", "Roitelet", "emile@habitrive.example.com", sites=(0, 1, 2, 3)),
    Lead("Manager", "MANAGER", "Hélène", "Sansregret", "helene@habitrive.example.com", sites=(4, 5, 6, 7)),
    Lead(
        "Worker, plumber",
        "WORKER",
        "Théo",
        "Lafontaine-Roy",
        "theo@habitrive.example.com",
        trade=PLUMBER,
        sites=(0, 1, 2, 3),
    ),
    Lead("Client contact", "CONTACT", "Nadège", "Beaulac", "nadege@cormoran.example.org", client=0),
    Lead(
        "Client administrator", "CONTACT_ADMIN", "Marc-André", "Pinsonneault", "marc@grandheron.example.org", client=4
    ),
)
SLOTS = {
    "unit": (T("app. #0#", "apt. #0#"), T("app. ##", "apt. ##"), T("logement #1#", "unit #1#")),
    "floor": (
        T("rez-de-chaussée", "ground floor"),
        T("2e étage", "2nd floor"),
        T("5e étage", "5th floor"),
        T("8e étage", "8th floor"),
        T("sous-sol", "basement"),
    ),
    "room": (
        T("la cuisine", "the kitchen"),
        T("la salle de bains", "the bathroom"),
        T("le salon", "the living room"),
        T("la chambre", "the bedroom"),
        T("l'entrée", "the hallway"),
    ),
    "since": (
        T("ce matin", "this morning"),
        T("hier soir", "last night"),
        T("deux jours", "the day before yesterday"),
        T("la fin de semaine", "the weekend"),
        T("lundi", "Monday"),
    ),
    "place": (
        T("buanderie", "laundry room"),
        T("stationnement", "parking level"),
        T("salle des vélos", "bike room"),
        T("hall d'entrée", "lobby"),
        T("local à déchets", "waste room"),
    ),
}
TOPICS = (
    Topic(
        PLUMBER,
        T("Évier bouché – {unit}", "Clogged sink – {unit}"),
        (
            T("L'eau de l'évier ne s'écoule plus depuis {since}.", "The sink has not drained since {since}."),
            T("L'eau remonte quand le lave-vaisselle se vide.", "Water comes up when the dishwasher empties."),
        ),
        60,
        1,
    ),
    Topic(
        PLUMBER,
        T("Fuite sous le lavabo – {unit}", "Leak under the washbasin – {unit}"),
        (
            T("Ça goutte dans l'armoire; un seau est en place.", "It drips into the cabinet; a bucket is in place."),
            T("Le plancher gonfle dans {room}.", "The floor swells in {room}."),
        ),
        90,
        2,
    ),
    Topic(
        PLUMBER,
        T("Toilette qui coule sans arrêt – {unit}", "Toilet keeps running – {unit}"),
        (T("On l'entend toute la nuit.", "It can be heard all night."),),
        45,
        1,
    ),
    Topic(
        PLUMBER,
        T("Dégât d'eau au plafond – {unit}", "Water damage on the ceiling – {unit}"),
        (
            T("Une tache s'étend dans {room} depuis {since}.", "A stain has been spreading in {room} since {since}."),
            T("Ça vient sans doute du logement au-dessus.", "It probably comes from the unit above."),
        ),
        180,
        2,
    ),
    Topic(
        ELECTRICIAN,
        T("Prise qui fait des étincelles – {unit}", "Sparking outlet – {unit}"),
        (
            T(
                "Elle noircit dans {room}. Nous ne l'utilisons plus.",
                "The outlet in {room} blackens. It is not in use.",
            ),
        ),
        60,
        2,
    ),
    Topic(
        ELECTRICIAN,
        T("Éclairage en panne – {place}, {floor}", "Lights out – {place}, {floor}"),
        (
            T("Trois luminaires sur cinq ne s'allument plus.", "Three of five lights stay dark."),
            T("Le détecteur de mouvement ne réagit plus.", "The motion sensor no longer reacts."),
        ),
        45,
    ),
    Topic(
        ELECTRICIAN,
        T("Interphone muet – {unit}", "Silent intercom – {unit}"),
        (T("On n'entend pas les visiteurs; la gâche s'ouvre.", "Visitors cannot be heard; the door does open."),),
    ),
    Topic(
        HEATING,
        T("Pas de chauffage – {unit}", "No heating – {unit}"),
        (
            T("Il fait 16 degrés dans {room}.", "It is 16 degrees in {room}."),
            T("Le radiateur reste froid depuis {since}.", "The radiator has been cold since {since}."),
        ),
        90,
        2,
        months=(1, 2, 3, 4, 10, 11, 12),
    ),
    Topic(
        HEATING,
        T("Thermostat à remplacer – {unit}", "Thermostat to replace – {unit}"),
        (T("L'écran est éteint malgré des piles neuves.", "The screen stays dark in spite of new batteries."),),
        40,
    ),
    Topic(
        HEATING,
        T("Échangeur d'air bruyant – {floor}", "Noisy air exchanger – {floor}"),
        (T("Vibration forte, surtout la nuit.", "Strong vibration, mostly at night."),),
        120,
        0,
    ),
    Topic(
        LOCKSMITH,
        T("Serrure difficile – {unit}", "Stiff lock – {unit}"),
        (T("La clé force; elle a failli casser.", "The key is forced; it almost broke."),),
        45,
    ),
    Topic(LOCKSMITH, T("Clé de boîte aux lettres perdue – {unit}", "Lost mailbox key – {unit}"), (), 30, 0),
    Topic(
        LOCKSMITH,
        T("Porte qui ne verrouille plus – {place}", "Door no longer locks – {place}"),
        (T("N'importe qui peut entrer; merci de faire vite.", "Anybody can walk in; please be quick."),),
        60,
        2,
    ),
    Topic(
        PAINTER,
        T("Retouches de peinture – {floor}", "Paint touch-up – {floor}"),
        (T("Le corridor est abîmé après un déménagement.", "The corridor was scratched during a move."),),
        240,
        0,
    ),
    Topic(
        PAINTER,
        T("Remise en état avant location – {unit}", "Make ready for a new tenant – {unit}"),
        (T("Trous à boucher, deux couches dans {room}.", "Holes to fill, two coats in {room}."),),
        420,
        0,
    ),
    Topic(
        CONCIERGE,
        T("Ménage – {place}", "Cleaning – {place}"),
        (T("Le sol colle et les poubelles débordent.", "The floor is sticky and the bins overflow."),),
        60,
        0,
    ),
    Topic(
        CONCIERGE,
        T("Déneigement de l'entrée", "Snow at the entrance"),
        (T("Le trottoir et la rampe d'accès sont glacés.", "The walk and the access ramp are icy."),),
        45,
        1,
        months=(12, 1, 2, 3),
    ),
    Topic(
        CONCIERGE,
        T("Bruit la nuit – {unit}", "Noise at night – {unit}"),
        (T("Musique forte passé 23 h, depuis {since}.", "Loud music after 11 p.m., again since {since}."),),
        30,
        0,
    ),
    Topic(
        CONCIERGE,
        T("Ascenseur bloqué – {floor}", "Elevator stuck – {floor}"),
        (T("Personne à l'intérieur. L'appel de service est fait.", "Nobody inside. The service call was made."),),
        90,
        2,
    ),
)
REMARKS = Remarks(
    worker=(
        T("Je passe demain entre 8 h et 10 h.", "I will come tomorrow between 8 and 10."),
        T("Personne à la porte; j'ai laissé un avis.", "Nobody at the door; I left a notice."),
        T(
            "Réparation provisoire faite, je reviens avec la pièce.",
            "Temporary fix done, I will be back with the part.",
        ),
        T("Siphon remplacé, écoulement vérifié.", "Trap replaced, drain checked."),
        T("Photos prises avant et après.", "Photos taken before and after."),
        T("C'est réglé. Tout a été nettoyé.", "All fixed and cleaned up."),
    ),
    office=(
        T("Le locataire est prévenu de la visite.", "The tenant knows about the visit."),
        T("Merci de sonner deux fois, l'interphone est faible.", "Please ring twice, the intercom is faint."),
        T("Le locataire demande des nouvelles.", "The tenant asks for news."),
        T("Accès par la cour; la clé est chez le concierge.", "Access through the yard; the concierge has the key."),
    ),
    internal=(
        T("Deuxième fois cette année: prévoir un remplacement.", "Second time this year: plan a replacement."),
        T("Facture à passer aux assurances.", "Bill this to the insurance."),
        T("Devis de l'entrepreneur trop élevé, j'en demande un autre.", "The quote is too high, asking for another."),
        T("Attention au chien.", "Beware of the dog."),
    ),
)

FIRM = Firm(
    name="Immeubles Habitrive",
    slug="habitrive",
    domain="habitrive.example.com",
    language="fr",
    time_zone="America/Toronto",
    phone="+151455501##",
    hours=(7, 18),
    rest_days=(5, 6),
    english=0.25,
    names=("quebec", "quebec", "world", "english"),
    sites=SITES,
    clients=CLIENTS,
    crews=CREWS,
    leads=LEADS,
    topics=TOPICS,
    remarks=REMARKS,
    requests=1250,
    slots=SLOTS,
    walk_in=0.18,
    pace=timedelta(days=3),
    siteless=0.03,
    tombstones=1,
)
