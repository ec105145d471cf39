#include "dkim/choose.h"
#include "dkim/signature.h"
#include "dns/name.h"
#include "mail/address.h"

enum {
	AUTHORS = 10,  /* that are compared with d= */
	FIELDS = 1000, /* signature fields whose d= is looked at */
};

struct search {
	struct arena *arena;
	struct str authors[AUTHORS]; /* their domains */
	size_t author_count;
	struct choice *all;
	size_t count;
};

/* The domains in From; of one that is no address list, what there is. */
static int
read_authors(struct search *s, const struct headers *headers)
{
	const struct header *from = headers_find(headers, STR("From"), 1);
	struct authors authors = { 0 };
	int r;

	if (from == NULL)
		return 0;
	r = address_authors(s->arena, from->value, &authors);
	for (size_t i = 0; r != ERR_NOMEM && i < authors.count &&
			   s->author_count < AUTHORS;
		i++) {
		struct str *author = &s->authors[s->author_count];

		r = name_normalise(s->arena, authors.boxes[i].domain, author);
		if (r == 0)
			s->author_count++;
	}
	return r == ERR_NOMEM ? r : 0;
}

static enum choice_rank
rank_of(const struct search *s, struct str domain)
{
	enum choice_rank rank = CHOICE_OTHER;

	for (size_t i = 0; i < s->author_count; i++) {
		struct str author = s->authors[i];

		if (str_eq(domain, author))
			return CHOICE_AUTHOR;
		if (name_within(domain, author) || name_within(author, domain))
			rank = CHOICE_RELATED;
	}
	return rank;
}

static int
find_all(struct search *s, const struct headers *headers, size_t count)
{
	int r = 0;

	s->all = arena_array(s->arena, count, sizeof(*s->all));
	if (s->all == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; s->count < count && r == 0; i++) {
		const struct header *field = &headers->fields[i];
		struct str domain = { NULL, 0 };

		if (!str_ieq(field->name, SIGNATURE_NAME))
			continue;
		r = signature_domain(s->arena, field->value, &domain);
		s->all[s->count++] =
			(struct choice){ field, rank_of(s, domain) };
	}
	return r;
}

/* How many of each rank there is room for. */
static void
share(const struct search *s, size_t most, size_t room[CHOICE_RANKS])
{
	for (size_t i = 0; i < s->count; i++)
		room[s->all[i].rank]++;
	for (int rank = 0; rank < CHOICE_RANKS; rank++) {
		if (room[rank] > most)
			room[rank] = most;
		most -= room[rank];
	}
}

int
choose_signatures(struct arena *arena, const struct headers *headers,
	size_t most, struct choice **ret, size_t *ret_count)
{
	struct search s = { .arena = arena };
	size_t count = headers_count(headers, SIGNATURE_NAME);
	size_t room[CHOICE_RANKS] = { 0 };
	int r;

	*ret_count = 0;
	if (count == 0)
		return 0;
	r = read_authors(&s, headers);
	if (r == 0)
		r = find_all(&s, headers, count < FIELDS ? count : FIELDS);
	if (r < 0)
		return r;
	share(&s, most, room);
	count = 0;
	for (size_t i = 0; i < s.count; i++)
		if (room[s.all[i].rank] > 0) {
			room[s.all[i].rank]--;
			s.all[count++] = s.all[i];
		}
	*ret = s.all;
	*ret_count = count;
	return 0;
}
