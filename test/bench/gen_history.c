/*
 * gen_history.c
 *		Histories of commits, releases and links, always the same, for the measures of correlation;
 *		and the first release of each commit over plain arrays, as the limit of what is possible.
 *
 *	gen_history commits N R		sha,parent: N commits, every fourth or so a merge
 *	gen_history releases N R	target,release,sha,released_at: R of them, evenly spread
 *	gen_history solve N R		"cpu SECONDS" of adjacency lists and the first release of each commit
 *	gen_history links N			source,target: N things, in groups of 2 to 50 and three of 10,000
 *	gen_history subjects N		N subjects of commits, most with a key
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t seed = 42;

static uint64_t
mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
	return z ^ (z >> 31);
}

static uint64_t
next_random(void)
{
	return mix(seed += 0x9E3779B97F4A7C15ull);
}

/* The id of a commit: 40 hexadecimal digits. */
static const char *
sha(uint32_t commit, char *buffer)
{
	sprintf(buffer, "%016llx%016llx%08llx", (unsigned long long) mix(commit * 3ull + 1),
			(unsigned long long) mix(commit * 3ull + 2), (unsigned long long) mix(commit * 3ull + 3) >> 32);
	return buffer;
}

/* Edges from a commit, numbered from 1, to its parents. */
static uint32_t *child,
		   *parent;
static uint32_t num_edges;

static void
make_history(uint32_t commits)
{
	child = malloc(8 * (size_t) commits);
	parent = malloc(8 * (size_t) commits);
	for (uint32_t i = 2; i <= commits; i++)
	{
		child[num_edges] = i;
		parent[num_edges++] = i - 1;
		if (i > 50 && next_random() % 4 == 0)
		{
			child[num_edges] = i;
			parent[num_edges++] = i - 2 - next_random() % 40;
		}
	}
}

static uint32_t
released_commit(uint32_t commits, uint32_t releases, uint32_t release)
{
	return (uint32_t) ((uint64_t) commits * release / releases);
}

static double
cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* Releases claim what they reach, earliest first, and stop at what is claimed. */
static void
solve(uint32_t commits, uint32_t releases)
{
	double		begin = cpu_seconds();
	uint32_t   *starts = calloc(commits + 2, 4);
	uint32_t   *next = malloc(4 * ((size_t) commits + 2));
	uint32_t   *parents = malloc(4 * ((size_t) num_edges + 1));
	uint32_t   *first = calloc(commits + 1, 4);
	uint32_t   *stack = malloc(4 * ((size_t) commits + 1));
	uint64_t	checksum = 0;

	for (uint32_t i = 0; i < num_edges; i++)
		starts[child[i] + 1]++;
	for (uint32_t i = 1; i <= commits + 1; i++)
		starts[i] += starts[i - 1];
	memcpy(next, starts, 4 * ((size_t) commits + 2));
	for (uint32_t i = 0; i < num_edges; i++)
		parents[next[child[i]]++] = parent[i];
	for (uint32_t release = 1; release <= releases; release++)
	{
		uint32_t	depth = 0;
		uint32_t	commit = released_commit(commits, releases, release);

		if (first[commit] == 0)
		{
			first[commit] = release;
			stack[depth++] = commit;
		}
		while (depth > 0)
		{
			commit = stack[--depth];
			for (uint32_t i = starts[commit]; i < starts[commit + 1]; i++)
			{
				if (first[parents[i]] == 0)
				{
					first[parents[i]] = release;
					stack[depth++] = parents[i];
				}
			}
		}
	}
	for (uint32_t i = 1; i <= commits; i++)
		checksum += first[i] * (uint64_t) i;
	printf("checksum %llu\ncpu %.6f\n", (unsigned long long) checksum, cpu_seconds() - begin);
}

static void
print_links(uint32_t things)
{
	static const char *const kinds[] = {"issue:PAY-%u", "commit:%08x4f9be21", "merge request:core/api!%u",
		"deployment:production-%u", "build:ci-%u"};
	uint32_t   *name = malloc(4 * ((size_t) things + 1));
	uint32_t   *edges = malloc(8 * ((size_t) things + 1));
	uint32_t	count = 0;

	for (uint32_t i = 0; i < things; i++)
	{
		uint32_t	other = next_random() % (i + 1);

		name[i] = name[other];
		name[other] = i + 1;
	}
	for (uint32_t at = 0, group = 0, size; at + 1 < things; at += size, group++)
	{
		for (size = 2; size < 50 && next_random() % 100 < 83;)
			size++;
		if (group < 3)
			size = 10000;
		if (size > things - at)
			size = things - at;
		/* Half of the links make a chain, half go anywhere in the group. */
		for (uint32_t i = 1; i < size; i++)
		{
			edges[2 * count] = name[at + (next_random() % 2 ? i - 1 : next_random() % i)];
			edges[2 * count++ + 1] = name[at + i];
		}
	}
	for (uint32_t i = count; i-- > 1;)
	{
		uint64_t   *pairs = (uint64_t *) edges;
		uint32_t	other = next_random() % (i + 1);
		uint64_t	pair = pairs[i];

		pairs[i] = pairs[other];
		pairs[other] = pair;
	}
	for (uint32_t i = 0; i < count; i++)
	{
		printf(kinds[edges[2 * i] % 5], edges[2 * i]);
		putchar(',');
		printf(kinds[edges[2 * i + 1] % 5], edges[2 * i + 1]);
		putchar('\n');
	}
}

static void
print_subjects(uint32_t count)
{
	static const char *const words[] = {"refuse", "expired", "cards", "when", "the", "total", "is", "negative", "and", "retry",
		"payments", "after", "a", "timeout", "fix", "encoding", "of", "UTF-8", "names", "in", "receipts", "read-only", "follow-up"};
	static const char *const projects[] = {"PAY", "OPS", "SHOP", "CORE", "DATA"};

	for (uint32_t i = 0; i < count; i++)
	{
		uint32_t	num_words = 4 + next_random() % 8;

		if (next_random() % 10 < 8)
			printf("%s-%u: ", projects[next_random() % 5], (unsigned) (1 + next_random() % 9999));
		for (uint32_t k = 0; k < num_words; k++)
			printf("%s%s", k > 0 ? " " : "", words[next_random() % (sizeof(words) / sizeof(*words))]);
		if (next_random() % 10 == 0)
			printf(" (see %s-%u)", projects[next_random() % 5], (unsigned) (1 + next_random() % 9999));
		putchar('\n');
	}
}

int
main(int argc, char **argv)
{
	uint32_t	count = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	uint32_t	releases = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
	char		buffer[64],
				other[64];

	if (count < 1)
	{
		fprintf(stderr, "usage: gen_history commits|releases|solve|links|subjects N [R]\n");
		return 1;
	}
	if (strcmp(argv[1], "commits") == 0)
	{
		make_history(count);
		printf("%s,\n", sha(1, buffer));
		for (uint32_t i = 0; i < num_edges; i++)
			printf("%s,%s\n", sha(child[i], buffer), sha(parent[i], other));
	}
	else if (strcmp(argv[1], "releases") == 0)
	{
		for (uint32_t i = 1; i <= releases; i++)
			printf("shop/production,v%u,%s,%u-%02u-%02u 12:00Z\n", i, sha(released_commit(count, releases, i), buffer),
				   2000 + i / 336, 1 + i / 28 % 12, 1 + i % 28);
	}
	else if (strcmp(argv[1], "solve") == 0)
	{
		make_history(count);
		solve(count, releases);
	}
	else if (strcmp(argv[1], "links") == 0)
		print_links(count);
	else
		print_subjects(count);
	return 0;
}
