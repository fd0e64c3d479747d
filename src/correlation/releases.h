/*
 * releases.h
 *		The releases of services to environments as one value.
 *
 * A set of (target, released_at, release, sha), canonical: sorted in that order, so that equal
 * sets are equal bytes and the releases of a target lie together, earliest first. A target is
 * whatever is released to on its own: a service and an environment.
 */
#ifndef VSM_RELEASES_H
#define VSM_RELEASES_H

#include "base/name_table.h"
#include "datatype/timestamp.h"

#define RELEASES_VERSION	1

/* Of the value and of the state of the aggregate. */
extern const FlatFormat releases_format;
extern const FlatFormat releases_state_format;

/* A release in a state and in a value: compared word by word, earlier times come first. */
typedef struct Release
{
	uint32		target;			/* number of its name; in a value its place */
	uint32		time_high;		/* of the time + 2^63 as an unsigned number */
	uint32		time_low;
	uint32		release;
	uint32		sha;
} Release;

#define RELEASE_WORDS		5
#define RELEASE_NAME_MASK	((1 << 0) | (1 << 3) | (1 << 4))

/* The stored value: behind this header the releases, then the table of names. */
typedef struct Releases
{
	FlatState	head;
	uint32		num_releases;
} Releases;

/* Releases in place, opened by releases_open. */
typedef struct ReleasesReader
{
	uint32		num_releases;
	const Release *releases;
	NameTable	names;
} ReleasesReader;

/* Opens a value of the format above; it must outlive the reader. */
extern void releases_open(ReleasesReader *reader, const Releases *releases);

/* When it was released: the two halves put together. */
static inline TimestampTz
release_time(const Release *release)
{
	uint64		biased = ((uint64) release->time_high << 32) | release->time_low;

	return (TimestampTz) (biased ^ (UINT64CONST(1) << 63));
}

/* Building: a state, what is added to it, and the canonical value. 54000 beyond 1 GB. */
extern RecordState *releases_state_new(void);
extern void releases_state_add(RecordState **state, uint32 target, uint32 release, uint32 sha,
							   TimestampTz released_at);
extern void releases_state_add_releases(RecordState **state, const Releases *releases);
extern Releases *releases_from_state(const RecordState *state);

#endif							/* VSM_RELEASES_H */
