"""First and last names by origin, to be mixed at random: no pair is meant to be anybody."""

NAMES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "quebec": (
        (
            *("Élise", "Maxime", "Geneviève", "Félix", "Noémie", "Étienne", "Océane", "Jérémie", "Maude", "Zoé"),
            *("Sébastien", "Catherine", "Loïc", "Mélanie", "Frédéric", "Anaïs", "Guillaume", "Rosalie", "Benoît"),
            *("Marie-Ève", "Jean-François", "Véronique", "Mathieu", "Stéphanie", "Olivier", "Audrey", "Réjean"),
        ),
        (
            *("Gagnon", "Bélanger", "Côté", "Lévesque", "Thériault", "Ouellet", "Désilets", "Grenier", "Hébert"),
            *("Beaulieu", "Saint-Onge", "Larivière", "Paré", "Brisebois", "Deschênes", "Vaillancourt", "Légaré"),
            *("Beauséjour", "Charbonneau", "Dubé", "L'Écuyer", "Painchaud", "Rhéaume", "Tétreault", "Gervais"),
        ),
    ),
    "france": (
        (
            *("Camille", "Hugo", "Inès", "Théo", "Léa", "Raphaël", "Clémence", "Gaëtan", "Solène", "Aurélien"),
            *("Agnès", "Thibault", "Maëlys", "Rémi", "Françoise", "Jérôme", "Héloïse", "Cédric", "Bérénice"),
            *("Margaux", "Yann", "Éloïse", "Bastien", "Joséphine", "Valentin", "Hélène", "Grégoire", "Noé"),
        ),
        (
            *("Lefèvre", "Moreau", "Girard", "Chevallier", "Besnard", "Delaunay", "Marchand", "Pélissier"),
            *("Roussel", "Vasseur", "Guérin", "Fontanel", "d'Aubigny", "Carpentier", "Le Goff", "Barthélemy"),
            *("Mercadier", "Rivoire", "Tessier", "Colombet", "Prévost", "Hervouët", "Sauvage", "Maréchal"),
        ),
    ),
    "english": (
        (
            *("Emily", "Jack", "Olivia", "Connor", "Grace", "Liam", "Hannah", "Dylan", "Fiona", "Owen", "Megan"),
            *("Ruth", "Callum", "Nora", "Graham", "Sophie", "Trevor", "Alice", "Duncan", "Heather", "Simon"),
        ),
        (
            *("Whitfield", "Harper", "O'Leary", "MacKinnon", "Bradshaw", "Ellison", "Thornton", "Pemberton"),
            *("Fraser", "Hollis", "Kendrick", "Lockwood", "Sinclair", "Ashdown", "Merrick", "Tanner", "Wainwright"),
        ),
    ),
    "world": (
        (
            *("Amélia", "Karim", "Nadia", "Ousmane", "Mei", "Ángel", "Lucía", "Thanh", "Ioana", "Tomasz", "Priya"),
            *("Youssef", "Fatou", "Björn", "Zeynep", "Mateus", "Yuki", "Aïcha", "Dmytro", "Leïla", "Søren", "Chidi"),
            *("José", "Ngoc", "Marek", "Samira", "Ravi", "Esperança", "Jun", "Katarína", "Moussa", "Inês"),
        ),
        (
            *("Benali", "Nguyễn", "García", "Okonkwo", "Popescu", "Kowalski", "Haddad", "Fernández", "Diallo"),
            *("Yılmaz", "Tanaka", "Gonçalves", "Sørensen", "Ramanathan", "Traoré", "Çelik", "Novák", "Bouchra"),
            *("Ibáñez", "Mbaye", "Lindström", "Petrović", "Cissé", "Araújo", "El Amrani", "Shevchuk", "Wójcik"),
        ),
    ),
}
