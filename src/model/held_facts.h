/*
 * held_facts.h
 *		The facts that are being written to a model.
 */
#ifndef VSM_HELD_FACTS_H
#define VSM_HELD_FACTS_H

/*
 * Lets the statements of the current SPI connection read the facts that are held as tables told_event,
 * told_link, ..., one a kind of fact: the columns of vsm.fact and document, received_at, payload, again.
 */
extern void share_held_facts(void);

/* How many facts are held. */
extern int64 held_facts_count(void);

#endif							/* VSM_HELD_FACTS_H */
