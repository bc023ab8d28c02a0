#include "models/definition/plural.h"

#include <ctype.h>

/*
 * The rules are facts about the npm package inflection 1.13; LoopBack's
 * clients have the outcome in their URLs, so the odd ones stay odd (Leaf gives
 * Leafs, Cafe gives Caves).
 */

/* Words that are their own plural; each between spaces. */
static const char uncountable[] =
    " accommodation adulthood advertising advice aggression aid air aircraft "
    "alcohol anger applause arithmetic assistance athletics bacon baggage "
    "beef biology blood botany bread butter carbon cardboard cash chalk chaos "
    "chess crossroads countryside dancing deer dignity dirt dust economics "
    "education electricity engineering enjoyment envy equipment ethics "
    "evidence evolution fame fiction flour flu food fuel fun furniture "
    "gallows garbage garlic genetics gold golf gossip gratitude grief guilt "
    "gymnastics happiness hardware harm hate hatred health heat help homework "
    "honesty honey hospitality housework humour hunger hydrogen ice "
    "importance inflation information innocence iron irony jam jewelry judo "
    "karate knowledge lack laughter lava leather leisure lightning linguine "
    "linguini linguistics literature litter livestock logic loneliness luck "
    "luggage macaroni machinery magic management mankind marble mathematics "
    "mayonnaise measles methane milk minus money mud music mumps nature news "
    "nitrogen nonsense nurture nutrition obedience obesity oxygen pasta "
    "patience physics poetry pollution poverty pride psychology publicity "
    "punctuation quartz racism relaxation reliability research respect "
    "revenge rice rubbish rum safety scenery seafood seaside series shame "
    "sheep shopping sleep smoke smoking snow soap software soil spaghetti "
    "species steam stuff stupidity sunshine symmetry tennis thirst thunder "
    "timber traffic transportation trust underwear unemployment unity "
    "validity veal vegetation vegetarianism vengeance violence vitality "
    "warmth wealth weather welfare wheat wildlife wisdom yoga zinc zoology ";

/* Where a rule's ending must stand. */
enum place {
	ANY,   /* at the end */
	WHOLE, /* it is the whole name */
	AFTER, /* at the end, after one of 'letters' */
	NOT    /* at the end, after a letter that is none of 'letters' */
};

struct rule {
	const char *ending;
	enum place place;
	const char *letters;
	size_t cut;         /* bytes taken off the end */
	const char *append;
};

/* The first that fits decides.  Plurals come first: they stay. */
static const struct rule rules[] = {
    {"men", WHOLE}, {"women", WHOLE}, {"people", ANY}, {"children", ANY},
    {"a", AFTER, "ti"}, {"analyses", ANY}, {"bases", ANY}, {"diagnoses", ANY},
    {"parentheses", ANY}, {"prognoses", ANY}, {"synopses", ANY},
    {"theses", ANY}, {"databases", ANY}, {"drives", ANY}, {"hives", ANY},
    {"tives", ANY}, {"curves", ANY}, {"ves", AFTER, "lr"}, {"ves", NOT, "fo"},
    {"ies", NOT, "aeiouy"}, {"quies", ANY}, {"series", ANY}, {"movies", ANY},
    {"xes", ANY}, {"ches", ANY}, {"sses", ANY}, {"shes", ANY},
    {"ice", AFTER, "ml|"}, {"buses", ANY}, {"oes", ANY}, {"shoes", ANY},
    {"crises", ANY}, {"axes", ANY}, {"testes", ANY}, {"octopuses", ANY},
    {"viruses", ANY}, {"aliases", ANY}, {"canvases", ANY}, {"statuses", ANY},
    {"campuses", ANY}, {"summonses", WHOLE}, {"bonuses", WHOLE},
    {"oxen", WHOLE}, {"matrices", ANY}, {"feet", WHOLE}, {"teeth", WHOLE},
    {"geese", WHOLE}, {"quizzes", ANY}, {"whereases", WHOLE},
    {"criteria", WHOLE}, {"genera", WHOLE},

    {"man", WHOLE, NULL, 2, "en"}, {"woman", WHOLE, NULL, 2, "en"},
    {"person", ANY, NULL, 4, "ople"}, {"child", ANY, NULL, 0, "ren"},
    {"drive", ANY, NULL, 0, "s"}, {"ox", WHOLE, NULL, 0, "en"},
    {"axis", ANY, NULL, 2, "es"}, {"testis", ANY, NULL, 2, "es"},
    {"octopus", ANY, NULL, 2, "uses"}, {"virus", ANY, NULL, 2, "uses"},
    {"alias", ANY, NULL, 0, "es"}, {"status", ANY, NULL, 0, "es"},
    {"canvas", ANY, NULL, 0, "es"}, {"campus", ANY, NULL, 0, "es"},
    {"summons", WHOLE, NULL, 0, "es"}, {"bonus", WHOLE, NULL, 0, "es"},
    {"bus", ANY, NULL, 0, "es"}, {"buffalo", ANY, NULL, 0, "es"},
    {"tomato", ANY, NULL, 0, "es"}, {"potato", ANY, NULL, 0, "es"},
    {"um", AFTER, "ti", 2, "a"}, {"sis", ANY, NULL, 3, "ses"},
    {"fe", NOT, "f", 2, "ves"}, {"f", AFTER, "lr", 1, "ves"},
    {"hive", ANY, NULL, 2, "ves"}, {"tive", ANY, NULL, 2, "ves"},
    {"y", NOT, "aeiouy", 1, "ies"}, {"quy", ANY, NULL, 1, "ies"},
    {"matrix", ANY, NULL, 2, "ices"}, {"vertex", ANY, NULL, 2, "ices"},
    {"index", ANY, NULL, 2, "ices"}, {"x", ANY, NULL, 0, "es"},
    {"ch", ANY, NULL, 0, "es"}, {"ss", ANY, NULL, 0, "es"},
    {"sh", ANY, NULL, 0, "es"}, {"ouse", AFTER, "ml|", 4, "ice"},
    {"foot", WHOLE, NULL, 4, "feet"}, {"tooth", WHOLE, NULL, 5, "teeth"},
    {"goose", WHOLE, NULL, 5, "geese"}, {"quiz", ANY, NULL, 0, "zes"},
    {"whereas", WHOLE, NULL, 0, "es"}, {"criterion", WHOLE, NULL, 2, "a"},
    {"genus", WHOLE, NULL, 5, "genera"}, {"s", ANY},
    {"", ANY, NULL, 0, "s"},
};

/* Whether 'word' is what 'text' starts with, letters' case ignored. */
static bool
starts(const char *text, const char *word, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (tolower((unsigned char)text[i]) != word[i])
			return false;
	return true;
}

static bool
is_uncountable(const char *name, size_t size)
{
	const char *word = uncountable + 1;

	if (strchr(name, ' '))
		return false;
	for (; *word; word = strchr(word, ' ') + 1)
		if (starts(name, word, size) && word[size] == ' ')
			return true;
	return false;
}

static bool
fits(const struct rule *rule, const char *name, size_t size)
{
	size_t ending = strlen(rule->ending);
	int before;

	if (ending > size ||
	    !starts(name + size - ending, rule->ending, ending))
		return false;
	if (rule->place == ANY)
		return true;
	if (rule->place == WHOLE)
		return ending == size;
	if (ending == size)
		return false;
	before = tolower((unsigned char)name[size - ending - 1]);
	return (strchr(rule->letters, before) != NULL) ==
	       (rule->place == AFTER);
}

const char *
weft__plural(struct weft__arena *arena, const char *name)
{
	static const struct rule none;
	size_t size = strlen(name), kept, added;
	const struct rule *rule = rules;
	char *plural;

	if (is_uncountable(name, size))
		rule = &none;
	else
		while (!fits(rule, name, size))
			rule++;
	kept = size - rule->cut;
	added = rule->append ? strlen(rule->append) : 0;
	plural = weft__arena_alloc(arena, kept + added + 1);
	if (!plural)
		return NULL;
	memcpy(plural, name, kept);
	if (added)
		memcpy(plural + kept, rule->append, added);
	plural[kept + added] = '\0';
	return plural;
}
