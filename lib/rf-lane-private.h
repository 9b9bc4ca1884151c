/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the fetcher and its lanes have in common: the window of parts and the lock over it. */

#pragma once

#include "rf-fetcher-private.h"
#include "rf-flow-private.h"
#include "rf-pace-private.h"
#include "rf-response-private.h"
#include "rf-route-private.h"
#include "rf-throttle-private.h"
#include "rf-tuner-private.h"

G_BEGIN_DECLS

typedef struct _RfLane RfLane;

/* The range that one slot holds, from the plan until the last byte has been delivered. Guarded by
 * the fetcher's lock, as its gaps are. */
typedef struct
{
  RfRange range;
  guint slot;
  gsize filled;    /* contiguous prefix that has arrived */
  gsize delivered; /* prefix that the consumer has had or passed over */
  GQueue gaps;     /* what is missing, in order: one gap, until it is split */
} RfPart;

/* A range that is missing of a part. It belongs to one lane, which fetches it from its start on, by one
 * request after another; when its last byte has come it is gone. */
typedef struct
{
  RfRange range;
  RfPart *part;
  RfLane *lane;
  guint failures;       /* requests in a row that failed without a new byte */
  guint setbacks;       /* requests in a row that brought next to nothing */
  guint stalls;         /* requests that were given up because nothing came */
  gboolean wants_fresh; /* the next request needs a connection of its own */
} RfGap;

/* What a lane does. Changed by rf_lane_set_state_locked() only. */
typedef enum
{
  RF_LANE_IDLE,
  RF_LANE_STARTING,   /* has a part; its reactor has been told to begin a request */
  RF_LANE_HELD,       /* another lane looks for the way to the resource */
  RF_LANE_QUEUED,     /* other requests have their turn at the server */
  RF_LANE_RUNNING,    /* a request is in flight */
  RF_LANE_WAITING,    /* a request failed; the next one begins when the backoff is over */
  RF_LANE_PARKED,     /* too many failed; the next one begins when there is reason to */
  RF_LANE_CANCELLING, /* its generation is over; its reactor has been told to end what it does */
} RfLaneState;

/* What has been decided about the end of a request before it comes. */
typedef enum
{
  RF_END_OPEN,      /* nothing: it depends on what has come until then */
  RF_END_AGAIN,     /* the same has to be asked for in another way, or elsewhere */
  RF_END_STALLED,   /* given up, because nothing came */
  RF_END_TRANSIENT, /* the server could not answer */
  RF_END_REFUSED,   /* it did not want to, at the place that was asked */
  RF_END_PERMANENT, /* it cannot be right */
} RfLaneEnd;

/* At most one request at a time, always on the same reactor, so that it finds its
 * connection again. */
struct _RfLane
{
  /* Immutable after construction. */
  RfFetcher *fetcher; /* kept alive by a reference while the lane is not idle */
  const RfSessionThread *thread;

  /* Guarded by the fetcher's lock. */
  RfLaneState state;
  RfGap *gap;           /* that it fetches; NULL: none, or all of it is there */
  gboolean posted;      /* the task is on its way */
  gboolean paused;      /* the request waits for a slot */
  gboolean received;    /* this request has brought bytes */
  gint64 answered;      /* when the head of its answer came; 0: it has not */
  guint64 marked;       /* the offset that it was at, */
  gint64 marked_at;     /* when it was looked at last */
  gboolean is_slow;     /* as it was then */
  RfFlow former;        /* the last body that came to its end; `left` is 0 */
  gint64 ended;         /* when that was */
  gboolean is_near_end; /* a request begun now is answered when this one ends */
  gboolean is_to_share; /* another lane has nothing to do but a part of what is left of this one */
  guint64
      doubled; /* bytes of this request that may have come twice, as reckoned when it was split */
  gint64 resume_at;   /* while it waits: when the backoff is over, */
  gint64 retry_at;    /* and when the session lets it begin as well */
  gboolean is_urgent; /* as what a consumer waits for is */

  /* The reactor's, from the start of a request to its end. */
  RfTurn turn;          /* among the requests of all readers */
  gboolean awaits_turn; /* its function will be called */
  gboolean has_turn;    /* at the place that is asked */
  RfTask task;
  RfTimer timer; /* for the end of a backoff, a stall, or the end of a message */
  RfRequest request;
  RfLocation *location;
  guint route_number; /* of the way to it */
  char *if_match;
  RfRange range; /* that this request asked for; `start` moves with the bytes that are committed */
  guint8 *dest;  /* where the byte at range.start goes */
  int slot;      /* being written into; -1: none */
  gint64 began;  /* monotonic microseconds */
  gint64 heard;  /* when something has come at last */
  gint64 longest_gap;
  guint64
      message_end; /* where the body of the answer ends; beyond range.end: another lane has the rest */
  gboolean is_ending; /* nothing more is wanted of the message */
  RfLaneEnd end;
  GError *error; /* for TRANSIENT, REFUSED and PERMANENT */
  guint error_status;
  gint64 retry_after; /* microseconds */
};

/* How far the fetcher has come. */
typedef enum
{
  RF_FETCHER_IDLE,       /* nothing has been asked for yet */
  RF_FETCHER_PROBING,    /* the first request is to say what the resource is */
  RF_FETCHER_PARALLEL,   /* parts are fetched by all lanes */
  RF_FETCHER_SEQUENTIAL, /* no ranges: one request brings everything, in order */
  RF_FETCHER_ENDED, /* no further request will begin: failed, or the one without ranges is over */
  RF_FETCHER_CLOSED,
} RfFetcherState;

/* How much the consumer in take() wants before it is woken. A waiting open() is woken by what it waits
 * for: the window that learns, fails or closes. */
typedef enum
{
  RF_WAITER_NONE,
  RF_WAITER_PART, /* the whole head part */
  RF_WAITER_ANY,  /* any byte of it */
} RfWaiter;

/* How many parts may be asked for before the consumer has had one: at the start, where as many as there are
 * workers may be more, and after a seek. Their number doubles with each part that it has had, up to more than
 * there can be at work: so who seeks again soon has not asked for much in vain, and who only looks at the
 * beginning does not have the ring filled. */
#define RF_READ_AHEAD_START 8
#define RF_READ_AHEAD_SEEK 1
#define RF_READ_AHEAD_ALL 1024

/* And how large the first of these parts may be. At the start an object of that size comes in one round trip;
 * larger, it would be faster with several connections. A seek has no more in vain than comes at 20 MiB/s in 12 ms,
 * less than a round trip to most stores. */
#define RF_FIRST_PART_START ((guint64)1024 * 1024)
#define RF_FIRST_PART_SEEK ((guint64)256 * 1024)

struct _RfFetcher
{
  gatomicrefcount references;
  RfAdmissionReader admission; /* guarded by the session's lock */

  /* Immutable after construction. */
  RfSession *session;
  RfRingBuffer *ring;
  RfLocation *location; /* that was asked for; where it leads to is the route's matter */
  RfOptions *options;
  const RfSessionThread
      *thread; /* for tasks that are no lane's, and for the lanes while it is not busy */

  /* Posted to that thread when something may begin, and when the ring has been given to another fetcher. */
  RfTask fill_task;
  gint fill_task_posted; /* atomic */
  gint wants_slot;       /* atomic: the next slot that becomes free has work */
  RfTask lost_task;

  /* That thread's: for the moment at which max-bandwidth lets another part begin. While it is set, it keeps
   * the fetcher alive. */
  RfTimer hold_timer;
  gboolean hold_timer_is_set;

  struct
  {
    GMutex lock;
    GCond cond; /* what the consumer waits for */
    RfFetcherState state;
    RfResource resource;
    RfRoute route;
    RfAuth auth;            /* what the end of the route wants, while that is known */
    gboolean without_range; /* the server chokes on Range headers */
    RfPace pace;
    GPtrArray *lanes; /* made when they are needed */
    RfThrottle throttle;
    gboolean is_held; /* the timer for it is set, or about to be */
    RfTuner tuner;
    gint64 tuned;        /* when it was asked last */
    guint64 answers;     /* that came with what was asked for */
    guint64 refusals;    /* answers 429 and 503, and connections that were too many */
    gboolean lacks_slot; /* a part could begin if a slot were free */
    gint64
        starved; /* microseconds in which the network was the limit, before the present stretch, */
    gint64 starved_since; /* which began then; 0: it is not */
    guint64 doubled;      /* bytes that may have come twice, because a request was split */
    gint64 rescued;       /* when a request was split last although too many may have */
    gboolean wanted;      /* the consumer reads or has said from where: the window may open */
    GQueue parts;         /* the window, in order */
    guint64 position;     /* next byte for the consumer */
    guint64 next;         /* first byte that no part has */
    guint64 stop;         /* where reading ends, as far as the consumer knows */
    guint num_started;    /* parts since the last start or seek */
    guint64 first_part;   /* the most that the first of them may have */
    gboolean fresh;       /* nothing delivered since then */
    guint read_ahead;     /* how many parts the window may have */
    GError *error;        /* why no byte comes from error_at on; NULL: they do */
    guint64 error_at;
    guint error_status;
    char *trouble; /* what the last request failed with; NULL: bytes have come since */
    RfWaiter waiter;
    gint64 last_progress; /* monotonic microseconds */
    RfStats stats;
    guint64 delivered; /* bytes since the last start or seek, and when that was, for the goodput */
    gint64 delivery_began;
  } locked;
};

/* rf-lane.c. What is not under the lock is for the lane's reactor. */

RfLane *rf_lane_new (RfFetcher *fetcher, const RfSessionThread *thread);
void rf_lane_free (RfLane *self);

/* Has the lane fetch a gap. */
void rf_lane_assign_locked (RfLane *self, RfGap *gap);

/* Has the lane forget its gap and end its request. Returns at once. */
void rf_lane_cancel_locked (RfLane *self);

/* The consumer has come to wait for its part. */
void rf_lane_hurry_locked (RfLane *self);

/* Has all lanes begin that wait in a state: PARKED, for the server serves again, or HELD, for the way to the
 * resource is known or somebody else has to look for it; then those look again, too, that wait for their
 * turn where it may not be any more. */
void rf_lane_begin_all_locked (RfFetcher *fetcher, RfLaneState state);

/* Has a lane that waits for a slot look again. */
void rf_lane_resume_locked (RfLane *self);

/* The one place where a lane's state changes. A lane that is not idle keeps the fetcher alive: who makes it
 * idle drops that reference, after the lock. */
void rf_lane_set_state_locked (RfLane *self, RfLaneState state);

/* Has the reactor do what the state says. */
void rf_lane_post_locked (RfLane *self);

/* Begins to write into a gap, and no more. */
void rf_lane_take_slot (RfLane *self, const RfGap *gap);
void rf_lane_leave_slot (RfLane *self);

/* The first bytes of a part are about to come: has them go to the slot that was in use last, if it is free. */
void rf_lane_warm_slot_locked (RfLane *self);

/* Lets other requests have their turn at the server. Of a call that will not come it drops the reference, which is
 * not the last one while the lane is not idle: so the fetcher's lock may be held. */
void rf_lane_leave_turn (RfLane *self);

/* Has the lane wait for a delay in microseconds, and for its turn in the session. */
void rf_lane_wait_locked (RfLane *self, gint64 delay, gboolean is_urgent);

/* Nothing more is wanted of the message: it has a moment to end, for the sake of its connection, if what is
 * left of it is only its end. */
void rf_lane_expect_end (RfLane *self);

/* rf-lane-watch.c: whether a request that runs gets on. */

/* How long a request may receive nothing now, in microseconds. */
gint64 rf_lane_get_allowance_locked (RfLane *self);

/* Something has come: how long there may be nothing begins anew. */
void rf_lane_expect_more_locked (RfLane *self);

/* The head of the answer has come: its body is watched. */
void rf_lane_expect_body_locked (RfLane *self);

/* How the body has come since it was looked at last. */
RfFlow rf_lane_get_flow_locked (RfLane *self, gint64 now);

/* More of the body has come: if it is near its end, another request may begin. */
void rf_lane_note_progress_locked (RfLane *self, gint64 now);

/* Shares what is left with another lane, if that helps. On the lane's reactor, not from a sink function: what
 * the transport was given to write to is another lane's afterwards. */
void rf_lane_share_locked (RfLane *self);

/* The time to look at a running request has come. Returns whether it is to be given up. */
gboolean rf_lane_look (RfLane *self);

/* rf-lane-sink.c: what the lane makes of what the transport brings. */

extern const RfSinkFuncs rf_lane_sink;

/* rf-lane-end.c: a request is over. Says by its state what the lane does next. */

void rf_lane_judge_end_locked (RfLane *self, RfResult *result);

/* rf-workers.c: how many lanes are at work, and which one helps which. All under the lock. */

/* Whether one more request may begin. */
gboolean rf_workers_may_begin_locked (RfFetcher *self);

/* A lane that has nothing to do; NULL: there are as many as there may be. */
RfLane *rf_workers_find_idle_locked (RfFetcher *self);

/* One that has been at work before, and so may have a connection; NULL: there is none. */
RfLane *rf_workers_find_experienced_locked (const RfLane *except);

/* What is usual for requests, as others do at present. */
RfUsual rf_workers_get_usual_locked (RfFetcher *self, const RfLane *except, gint64 now);

/* Whether what is left of a lane may be split, and so some bytes come twice; they are reckoned. */
gboolean rf_workers_may_split_locked (RfLane *lane, const RfFlow *flow, const RfUsual *usual);

/* A request has ended, and so many bytes have come for it that nobody read. */
void rf_workers_count_doubled_locked (RfLane *lane, guint64 bytes);

/* Nothing else is left to do for a lane: has the one that would end last share what is left of it. */
void rf_workers_ask_for_share_locked (RfFetcher *self);

/* Notes whether the network is the limit now, and not the consumer or a setting. */
void rf_workers_note_limit_locked (RfFetcher *self);

/* How many bodies may flow at a time. */
guint rf_workers_get_number_locked (RfFetcher *self);

/* How many parts the window may have now. A consumer who waits wants more: all workers may be at work for it,
 * however long the first part takes, but for the time after a seek. */
guint rf_workers_get_max_parts_locked (RfFetcher *self);

/* Has the number and the size of parts decided anew, from time to time. */
void rf_workers_tune_locked (RfFetcher *self, gint64 now);

/* rf-fill.c: what is asked for next. All under the lock. */

/* Begins whatever can begin now. */
void rf_fill_locked (RfFetcher *self);

/* The most that a part may have now. */
gsize rf_fill_get_part_size_locked (RfFetcher *self);

/* Gives the next part of a sequential stream to its lane. FALSE: not now, or, if `ended`, no more is
 * wanted. */
gboolean rf_fill_extend_locked (RfFetcher *self, RfLane *lane, gboolean *ended);

/* rf-fetcher.c */

/* Begins anew at an offset. */
void rf_fetcher_restart_locked (RfFetcher *self, guint64 start);

/* Whether there is nothing more to be had; sets the error then. */
gboolean rf_fetcher_is_closed_locked (RfFetcher *self, GError **error);

/* Has rf_fill_locked() called on the fetcher's thread. Any lock may be held. */
void rf_fetcher_post_fill (RfFetcher *self);

/* rf-window.c: what lanes and fetcher do to the window. All under the lock. */

/* Makes a part of the window, if a slot is free for it. Returns what is missing of it, which needs a lane; NULL:
 * rf_fill_locked() is called when a slot has become free. */
RfGap *rf_window_push_part_locked (RfFetcher *self, RfRange range);

/* The first answer is here: PART, WHOLE or NO_BYTES. */
void rf_window_learn_locked (RfFetcher *self,
                             RfLane *lane,
                             const RfResponseHead *head,
                             RfAnswer answer,
                             const RfContentRange *content);

/* Nobody fetches what is missing there any more. Does nothing with NULL. */
void rf_window_forget_gap_locked (RfGap *gap);

/* Gives a lane what is missing from an offset within another one's gap on; all of it, where the offset is its
 * start: then the other one is cancelled. */
void rf_window_split_locked (RfGap *gap, guint64 at, RfLane *lane);

/* So many bytes have come at the start of a gap. Returns whether to wake the consumer, after the lock, which it
 * takes at once. */
gboolean rf_window_commit_locked (RfFetcher *self, RfGap *gap, gsize length);

/* A sequential stream is over and has brought the bytes before `end`. */
void rf_window_finish_locked (RfFetcher *self, guint64 end);

/* The byte at an offset will not come, nor any behind it. Takes over the error. */
void rf_window_fail_locked (RfFetcher *self, guint64 at, GError *error, guint status);

/* Forgets all parts and ends all requests, those too whose part has been delivered already. */
void rf_window_clear_locked (RfFetcher *self);

/* Moves the front of the window forward to an offset, if that byte is here already. */
gboolean rf_window_skip_locked (RfFetcher *self, guint64 start);

/* Whether it is the part that the consumer waits for, or will next. */
gboolean rf_window_is_head_locked (RfFetcher *self, const RfPart *part);

/* Forgets the first part if its bytes have all been delivered. */
void rf_window_pop_locked (RfFetcher *self);

/* Where reading ends: the stop, or the size where it is known and smaller. */
guint64 rf_window_get_end_locked (RfFetcher *self);

G_END_DECLS
