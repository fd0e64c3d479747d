/*
 * state_words.h
 *		What the words in names of states mean, as data.
 */
#ifndef VSM_STATE_WORDS_H
#define VSM_STATE_WORDS_H

/*
 * What a name says about the work in a state. Where a name has words of several of these, the
 * first decides: "Ready for Test" waits.
 */
typedef enum StateSense
{
	SENSE_QUEUE,				/* it waits, whatever else the name says */
	SENSE_CANCELLED,
	SENSE_DONE,
	SENSE_LANDED,				/* done, if it ends there */
	SENSE_PASSED,				/* a step is done, which is all if nothing else is called done */
	SENSE_WAITING,
	SENSE_LAST_STEP,			/* active, or done if nothing is called done and work ends there */
	SENSE_ACTIVE,
	SENSE_OPEN,					/* new, or active if it follows a new one and nothing else is active */
	SENSE_NEW,
	SENSE_NEUTRAL,				/* a word that says nothing of these */
	SENSE_VERB,					/* with words behind it, it tells what to do: a sentence */
	SENSE_UNKNOWN				/* it is no name, or one of unknown words */
} StateSense;

/*
 * Phrases of a language and a sense, with commas between them. Case, accents and hyphens do not
 * matter. A phrase stands for a whole name, or for a part of one whose other words are known; with
 * a star beside it ("ready *", "* closed"), unknown words may stand there; with a star at a word
 * ("*freigabe"), the word may go on there, as words do in German, Chinese and Japanese. One phrase
 * in several lines has the first of their senses.
 */
typedef struct StateWords
{
	const char *language;
	StateSense	sense;
	const char *phrases;
} StateWords;

/* By language and sense; the last one has no language. */
extern const StateWords state_words[];

#endif							/* VSM_STATE_WORDS_H */
