/* Tests of models/definition/plural.h. */
#include "tests/lib/test.h"

#include "models/definition/plural.h"

/* What the npm package inflection 1.13.4, which LoopBack uses, answered. */
static const struct {
	const char *name;
	const char *plural;
} vectors[] = {
    {"Todo", "Todos"}, {"Category", "Categories"}, {"Person", "People"},
    {"Child", "Children"}, {"Woman", "Women"}, {"Man", "Men"},
    {"Salesman", "Salesmans"}, {"News", "News"},
    {"Information", "Information"}, {"Series", "Series"},
    {"Species", "Species"}, {"Box", "Boxes"}, {"Church", "Churches"},
    {"Class", "Classes"}, {"Dish", "Dishes"}, {"Bus", "Buses"},
    {"Status", "Statuses"}, {"Alias", "Aliases"}, {"Campus", "Campuses"},
    {"Canvas", "Canvases"}, {"Bonus", "Bonuses"}, {"Summons", "Summonses"},
    {"Virus", "Viruses"}, {"Octopus", "Octopuses"}, {"Analysis", "Analyses"},
    {"Crisis", "Crises"}, {"Axis", "Axes"}, {"Testis", "Testes"},
    {"Thesis", "Theses"}, {"Index", "Indices"}, {"Vertex", "Vertices"},
    {"Matrix", "Matrices"}, {"Mouse", "Mice"}, {"House", "Houses"},
    {"Louse", "Lice"}, {"Leaf", "Leafs"}, {"Half", "Halves"}, {"Elf", "Elves"},
    {"Knife", "Knives"}, {"Wife", "Wives"}, {"Safe", "Saves"},
    {"Giraffe", "Giraffes"}, {"Cafe", "Caves"}, {"Chief", "Chiefs"},
    {"Hive", "Hives"}, {"Archive", "Archives"}, {"Native", "Natives"},
    {"Drive", "Drives"}, {"Active", "Actives"}, {"Stadium", "Stadia"},
    {"Medium", "Media"}, {"Datum", "Data"}, {"Album", "Albums"},
    {"Potato", "Potatoes"}, {"Tomato", "Tomatoes"}, {"Buffalo", "Buffaloes"},
    {"Photo", "Photos"}, {"Foot", "feet"}, {"Tooth", "teeth"},
    {"Goose", "geese"}, {"Quiz", "Quizzes"}, {"Criterion", "Criteria"},
    {"Genus", "genera"}, {"Ox", "Oxen"}, {"Fox", "Foxes"}, {"Day", "Days"},
    {"Key", "Keys"}, {"Query", "Queries"}, {"Colloquy", "Colloquies"},
    {"Soliloquy", "Soliloquies"}, {"Movie", "Movies"}, {"Movies", "Movies"},
    {"People", "People"}, {"Women", "Women"}, {"Men", "Men"}, {"Data", "Data"},
    {"Items", "Items"}, {"Users", "Users"}, {"Addresses", "Addresses"},
    {"Database", "Databases"}, {"Databases", "Databases"},
    {"Whereas", "Whereases"}, {"Equipment", "Equipment"}, {"Money", "Money"},
    {"Music", "Music"}, {"Research", "Research"}, {"RICE", "RICE"},
    {"rice", "rice"}, {"Address", "Addresses"}, {"Access", "Accesses"},
    {"Process", "Processes"}, {"Item", "Items"}, {"City", "Cities"},
    {"Boy", "Boys"}, {"CATEGORY", "CATEGORies"}, {"Shoe", "Shoes"},
    {"Toe", "Toes"}, {"Phenomenon", "Phenomenons"}, {"Company", "Companies"},
    {"Body", "Bodies"}, {"x", "xes"}, {"s", "s"}, {"a", "as"},
    {"Elves", "Elves"}, {"Caves", "Caves"}, {"Slice", "Slice"},
    {"Device", "Devices"}, {"Office", "Offices"}, {"Police", "Police"},
    {"Children", "Children"}, {"Feet", "Feet"}, {"Teeth", "Teeth"},
    {"Geese", "Geese"}, {"Oxen", "Oxen"}, {"Quizzes", "Quizzes"},
    {"Indices", "Indices"}, {"Matrices", "Matrices"}, {"Wolf", "Wolves"},
    {"Cliff", "Cliffs"}, {"Staff", "Staffs"}, {"Roof", "Roofs"},
    {"Bonuses", "Bonuses"}, {"Buses", "Buses"}, {"Foobar_baz", "Foobar_bazs"},
    {"Über", "Übers"}, {"Syllabus", "Syllabuses"}, {"Gas", "Gas"},
    {"Lens", "Lens"}, {"Chassis", "Chasses"}, {"Genera", "Genera"},
    {"Criteria", "Criteria"}, {"Queries", "Queries"}, {"Boxes", "Boxes"},
    {"Churches", "Churches"}, {"Classes", "Classes"}, {"Dishes", "Dishes"},
    {"Statuses", "Statuses"}, {"Heroes", "Heroes"}, {"Curve", "Curves"},
    {"Curves", "Curves"}, {"Serve", "Serves"}, {"Wolves", "Wolves"},
    {"Leaves", "Leaves"}, {"Dice", "Dices"}, {"Photoes", "Photoes"},
    {"Shoes", "Shoes"}, {"Crises", "Crises"}, {"Axes", "Axes"},
    {"Viruses", "Viruses"}, {"Aliases", "Aliases"}, {"Mice", "Mice"},
    {"Lice", "Lice"}, {"Diagnoses", "Diagnoses"}, {"Bases", "Bases"},
    {"Theses", "Theses"}, {"Parentheses", "Parentheses"},
    {"Synopses", "Synopses"}, {"Prognoses", "Prognoses"},
    {"Analyses", "Analyses"}, {"Hives", "Hives"}, {"Natives", "Natives"},
    {"Drives", "Drives"}, {"Salesperson", "Salespeople"},
    {"Grandchild", "Grandchildren"}, {"Grandchildren", "Grandchildren"},
    {"SalesPeople", "SalesPeople"}, {"Hawaii", "Hawaiis"}, {"Quay", "Quays"},
    {"Guy", "Guys"}, {"Buy", "Buys"}, {"Tax", "Taxes"}, {"Taxes", "Taxes"},
    {"Lunch", "Lunches"}, {"Fish", "Fishes"}, {"Fishes", "Fishes"},
    {"Sheep", "Sheep"}, {"Deer", "Deer"},
    {"WeatherStation", "WeatherStations"}, {"Weather", "Weather"},
    {"Todo-item", "Todo-items"},
};

static void
plural__is_loopbacks(void **state)
{
	struct weft__arena arena = {NULL, 0};

	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
		assert_string_equal(weft__plural(&arena, vectors[i].name),
		    vectors[i].plural);
	weft__arena_fini(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(plural__is_loopbacks),
	};

	return cmocka_run_group_tests_name("plural", tests, NULL, NULL);
}
