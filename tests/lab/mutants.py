"""The mutants: what the simulator must catch, and by which check.

    python -m tests.lab.mutants [NAME …]

looks for the first seed that catches each (in two processes) and prints a table. Where chance is too rare,
a directed history does it; where one is instructive it stands beside the seed.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from typing import Final

from decent_tui.core import audit, batch, classic, exchange, fingerprint, identity, sync, tombstones, version
from decent_tui.core import replica as core_replica
from decent_tui.core.engine import Engine
from decent_tui.core.exchange import Exchange
from decent_tui.core.members import Membership
from decent_tui.core.replica import Replica
from decent_tui.core.sync import Pull
from decent_tui.core.tombstones import Collector
from decent_tui.lab import disk
from decent_tui.lab.sim_node import SimNode
from tests.core import stories

from . import histories
from . import wrong_rules as wrong
from .mutant import Catch, Mutant, among_classics, instead, search, set_back, with_a_liar

MUTANTS: Final = (
    Mutant(
        "early-claim",
        "Every chunk of an answer carries the claim, not only the one that completes it.",
        instead((sync, "answer", wrong.a_claim_on_every_chunk)),
        check="I2",
        seed=8,
        story=stories.two_versions_in_two_chunks,
        says="I2",
    ),
    Mutant(
        "claim-before-chunk",
        "The claim is joined before the versions that it speaks of are applied.",
        instead((Engine, "slices", wrong.the_claim_before_the_chunk)),
        check="I2",
        seed=0,
    ),
    Mutant(
        "floor-left",
        "Of a claim only `seen` is taken over, not the floor.",
        instead((Replica, "join_claim", wrong.the_floor_not_taken_over)),
        check="I2",
        seed=33,
    ),
    Mutant(
        "no-tombstones-sent",
        "An answer holds values only; who was away never gets the tombstones.",
        instead((sync, "_missing", wrong.no_tombstones_in_answers)),
        check="I2",
        seed=1,
    ),
    Mutant(
        "no-context",
        "Versions are sent without their context.",
        instead((sync, "pack", wrong.without_context), (exchange, "pack", wrong.without_context)),
        check="I1",
        seed=1,
        story=stories.an_old_version_arrives_late,
        says="I1",
    ),
    Mutant(
        "unprotected",
        "What is written side by side has no entry of its own that protects it.",
        instead((Replica, "_protected", wrong.protecting_nothing)),
        story=stories.one_of_two_written_side_by_side_is_written_over,
        says="lost",
    ),
    Mutant(
        "two-pulls",
        "Two pulls from one peer at a time: any answer is taken for one to the pull under way.",
        instead((Pull, "owns", wrong.any_answer_will_do)),
        story=stories.the_answer_of_a_pull_given_up,
        says="lost",
    ),
    Mutant(
        "no-list",
        "Nobody ever gets a full answer.",
        instead((sync, "answer", wrong.no_list)),
        check="resurrected",
        seed=373,
        story=stories.away_while_a_tombstone_was_collected,
        says="resurrected",
    ),
    Mutant(
        "no-list-if-empty",
        "A replica that was empty when its pull began needs no list.",
        instead(
            (Pull, "question", wrong.no_list_if_empty), (Pull, "_page", wrong.nothing_dropped_if_it_was_empty)
        ),
        story=stories.empty_when_the_pull_began,
        says="resurrected",
    ),
    Mutant(
        "list-without-tombstones",
        "A full answer lists the values that are held, but not the tombstones.",
        instead((sync, "_list", wrong.a_list_without_tombstones)),
        story=stories.a_tombstone_below_the_floor_that_still_waits,
        says="I2",
    ),
    Mutant(
        "no-restart",
        "A full answer goes on over several messages though the floor has moved.",
        instead((Pull, "_page", wrong.no_restart)),
        story=stories.the_floor_moves_between_two_pages,
        says="lost",
    ),
    Mutant(
        "dropping-early",
        "What a page does not list is dropped at once, not with the last page.",
        instead((Pull, "_page", wrong.dropping_at_each_page)),
        check="I2",
        seed=326,
        story=stories.the_floor_moves_between_two_pages,
        says="lost",
    ),
    Mutant(
        "obsolete-by-dot",
        "A version is obsolete when a context covers its dot alone.",
        instead((version, "obsoletes", wrong.obsolete_by_the_dot)),
        check="I2",
        seed=38,
        story=stories.a_new_write_over_a_collected_tombstone,
        says="resurrected",
    ),
    Mutant(
        "obsolete-newcomer",
        "A newcomer is kept though a sibling makes it obsolete.",
        instead((core_replica, "merge", wrong.keeping_an_obsolete_newcomer)),
        check="siblings",
        seed=4,
        story=stories.an_old_version_arrives_late,
        says="siblings",
    ),
    Mutant(
        "context-without-dots",
        "A write's context joins the contexts of what it replaces, but forgets their dots.",
        instead((core_replica, "context_over", wrong.context_without_dots)),
        check="resurrected",
        seed=1,
    ),
    Mutant(
        "fingerprint-only-grows",
        "What is dropped is not subtracted from the fingerprint.",
        instead((fingerprint, "change", wrong.never_subtracted)),
        check="fingerprint",
        seed=1,
    ),
    Mutant(
        "seen-apart",
        "`seen` is saved at every other commit only, apart from the versions that it speaks of.",
        instead((Replica, "commit", wrong.seen_at_every_other_commit)),
        check="I1",
        seed=18,
    ),
    Mutant(
        "send-before-save",
        "What a turn has to say goes out before what it wrote is saved.",
        instead((SimNode, "turn", wrong.sending_before_saving)),
        check="I1",
        seed=11,
    ),
    Mutant(
        "collect-on-seen",
        "A tombstone is collected when its numbers are in `seen`, not only when they are below the base.",
        instead((tombstones, "blockers", wrong.collecting_on_seen)),
        check="I3",
        seed=17,
        story=stories.a_tombstone_arrives_before_what_it_deletes,
        says="I3",
    ),
    Mutant(
        "collect-without-values",
        "Only tombstones of keys without live values are collected: the others stay for ever.",
        instead((Collector, "turn", wrong.only_where_no_value_is_left)),
        check="tombstones",
        seed=4,
        story=stories.a_delete_and_a_put_at_the_same_time,
        says="tombstones",
    ),
    Mutant(
        "collect-unasked",
        "A tombstone is collected without asking the members.",
        instead((tombstones, "blockers", wrong.collecting_without_asking)),
        check="collected",
        seed=4,
    ),
    Mutant(
        "collect-over-the-absent",
        "A tombstone waits only for the members that are there.",
        instead((Membership, "counted", wrong.asking_only_who_is_there)),
        check="collected",
        seed=68,
    ),
    Mutant(
        "collect-over-classics",
        "A tombstone that names a classic peer does not wait until that is forgotten.",
        instead((tombstones, "blockers", wrong.not_waiting_for_classics)),
        needs=among_classics,
        check="collected",
        seed=71,
    ),
    Mutant(
        "no-marker",
        "The marker is ignored: an id is used again on any copy and after any loss.",
        instead((identity, "mismatch", wrong.no_marker)),
        check="I1",
        seed=41,
    ),
    Mutant(
        "marker-without-tag",
        "The marker's tag is not compared: a backup from before the last start is the newest file.",
        instead((identity, "mismatch", wrong.a_marker_without_tag)),
        needs=set_back,
        story=histories.a_backup_from_before_the_last_start,
        says="I1",
    ),
    Mutant(
        "marker-without-inode",
        "Which file the marker is is not compared: a copy of both files keeps the id.",
        instead((identity, "mismatch", wrong.a_marker_without_inode)),
        check="I1",
        seed=41,
    ),
    Mutant(
        "marker-without-counter",
        "The marker's counter is not compared: after power is lost or a backup restored numbers are reused.",
        instead((identity, "mismatch", wrong.a_marker_without_counter)),
        needs=set_back,
        check="I1",
        seed=55,
    ),
    Mutant(
        "marker-without-id",
        "The marker names no node id: a backup from before the last new id is taken for the newest.",
        instead((identity, "mismatch", wrong.a_marker_without_node_id)),
        needs=set_back,
        story=histories.a_backup_from_before_the_new_id,
        says="I1",
    ),
    Mutant(
        "id-kept",
        "A machine that was rolled back keeps its id though a peer knows higher numbers.",
        instead(
            (Exchange, "_check_own", wrong.own_numbers_unchecked),
            (audit, "check_own", wrong.nothing_is_checked),
        ),
        needs=set_back,
        story=histories.a_key_is_written_anew_after_a_rollback,
        says="lost",
    ),
    Mutant(
        "not-put-again",
        "After a rollback of the machine, what was written under reused numbers is not put again.",
        instead((Replica, "take_id", wrong.nothing_put_again)),
        needs=set_back,
        story=histories.a_key_is_written_anew_after_a_rollback,
        says="lost",
    ),
    Mutant(
        "unclipped",
        "What is put again after a rollback keeps the old id's reused numbers in its context.",
        instead((core_replica, "clip", wrong.unclipped)),
        needs=set_back,
        story=histories.a_key_is_written_anew_after_a_rollback,
        says="lost",
    ),
    Mutant(
        "audit-one-sided",
        "Where a dot means two things, each side of an audit puts again its own meaning only.",
        instead((audit, "reconcile", wrong.only_our_own_put_again)),
        needs=set_back,
        story=histories.two_readings_of_one_number,
        says="lost",
    ),
    Mutant(
        "audit-cid-only",
        "An audit compares the values under one dot, and neither their keys nor their contexts.",
        instead((audit, "reconcile", wrong.an_audit_of_values_alone)),
        story=histories.one_number_for_two_keys,
        says="lost",
    ),
    Mutant(
        "audit-without-contexts",
        "An audit compares keys and values under one dot, but not what these were written over.",
        instead((audit, "reconcile", wrong.an_audit_without_contexts)),
        story=histories.one_number_over_two_things,
        says="not level",
    ),
    Mutant(
        "audit-without-keys",
        "An audit compares values and contexts under one dot, but not their keys.",
        instead((audit, "reconcile", wrong.an_audit_without_keys)),
        story=histories.one_number_for_two_keys,
        says="lost",
    ),
    Mutant(
        "audit-without-values",
        "An audit compares keys and contexts under one dot, but not their values.",
        instead((audit, "reconcile", wrong.an_audit_without_values)),
        story=histories.a_number_is_used_twice_for_one_key,
        says="lost",
    ),
    Mutant(
        "audit-settled",
        "An audit puts again what was written over here long ago.",
        instead((audit, "reconcile", wrong.an_audit_that_puts_again_what_is_settled)),
        story=histories.a_disputed_number_that_was_written_over,
        says="resurrected",
    ),
    Mutant(
        "audit-adopts-nothing",
        "An audit settles disputes, but takes in nothing that was lost here.",
        instead((audit, "reconcile", wrong.an_audit_that_adopts_nothing)),
        story=histories.a_disk_loses_a_key,
        says="lost",
    ),
    Mutant(
        "audit-own-unchecked",
        "A page of an audit may speak of writes of this node that it never made.",
        instead((audit, "check_own", wrong.nothing_is_checked)),
        story=histories.a_page_of_an_audit_knows_more_of_this_node_than_it_does,
        says="the old id is kept",
    ),
    Mutant(
        "own-claim-late",
        "A claim is taken over before it is asked whether it knows more of this node than it does itself.",
        instead((Exchange, "answered", wrong.the_claim_before_the_look_at_our_own)),
        story=histories.a_claim_knows_more_of_this_node_than_it_does,
        says="its own future",
    ),
    Mutant(
        "has-range",
        "Whoever sends a write is taken to have all that its writer wrote before.",
        instead((Exchange, "_has", wrong.all_below_too)),
        story=histories.half_of_what_somebody_wrote_comes_from_another,
        says="what it lacks",
    ),
    Mutant(
        "old-id-not-member",
        "An id that is given up at run time is no member any more.",
        instead((Membership, "keep", wrong.the_old_id_no_member)),
        story=histories.an_id_that_was_given_up,
        says="may still have the value",
    ),
    Mutant(
        "renamed-not-member",
        "The id that a copy gives up at its start is no member there.",
        instead((identity, "_renamed", wrong.the_original_no_member)),
        story=histories.the_original_of_a_copy,
        says="may still have the value",
    ),
    Mutant(
        "marker-counter-ge",
        "A marker that knows as many writes as the data is taken for one that knows more.",
        instead((identity, "mismatch", wrong.a_marker_that_must_be_behind)),
        story=histories.a_plain_restart,
        says="another id",
    ),
    Mutant(
        "identify-no-step4",
        "The marker keeps the tag of the last start beside that of this one.",
        instead((disk, "identify", wrong.identified_without_the_last_step)),
        story=histories.a_backup_and_a_marker_as_the_start_left_it,
        says="passes for the newest",
    ),
    Mutant(
        "digest-stale",
        "The digest is worked out once, and not again when something is written.",
        instead((Replica, "_touch", wrong.a_digest_of_before)),
        check="digest",
        seed=0,
    ),
    Mutant(
        "undo-says-it",
        "What was to be said of a turn goes out though the disk failed and nothing of it happened.",
        instead((Engine, "undo", wrong.undone_but_said)),
        check="I1",
        seed=42,
    ),
    Mutant(
        "undo-keeps-the-pause",
        "After a new id that was undone with its turn there is none for a minute.",
        instead((Engine, "undo", wrong.undone_but_for_the_pause)),
        story=histories.a_new_id_on_a_full_disk,
        says="the id is kept",
    ),
    Mutant(
        "undo-on-disk-only",
        "When the disk fails, what it undoes is not undone in memory.",
        instead((Replica, "rollback", wrong.undone_on_the_disk_alone)),
        check="undone",
        seed=19,
    ),
    Mutant(
        "cas-unchecked",
        "A compare-and-set writes whatever the writer had read.",
        instead((core_replica, "_check_saw", wrong.no_look_at_what_was_read)),
        check="stale",
        seed=1,
    ),
    Mutant(
        "echo-stored",
        "A record of ours that a classic peer sends back is taken for its own.",
        instead((classic, "is_echo", wrong.nothing_is_an_echo)),
        needs=among_classics,
        story=histories.a_classic_peer_sends_back_what_was_deleted,
        says="resurrected|tombstone is still there",
    ),
    Mutant(
        "classics-not-spread",
        "That a classic peer was forgotten is not noted by who never met it.",
        instead((Membership, "mark", wrong.only_who_was_met)),
        needs=among_classics,
        story=histories.a_classic_peer_is_forgotten_that_not_all_met,
        says="a tombstone is left",
    ),
    Mutant(
        "any-writer",
        "The writer of a dot is not checked on the wire: it may be what is no node of ours.",
        instead((batch, "is_node", wrong.anybody_is_a_node)),
        needs=with_a_liar,
        story=histories.a_dot_that_is_no_node_of_ours,
        says="not level",
    ),
)
BY_NAME: Final = {mutant.name: mutant for mutant in MUTANTS}


def _search(name: str) -> Catch:
    return search(BY_NAME[name])


def main() -> None:
    """Search for all mutants, or for the named ones, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", choices=[[], *BY_NAME], metavar="NAME")
    names = parser.parse_args().names or list(BY_NAME)
    print(f"{'mutant':24} {'seed':>5} {'check':12} {'seconds':>8}")  # noqa: T201
    with ProcessPoolExecutor(2) as pool:
        for name, found in zip(names, pool.map(_search, names), strict=True):
            seed = "none" if found.seed < 0 else str(found.seed)
            print(f"{name:24} {seed:>5} {found.check:12} {found.seconds:8.1f}  {found.what}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
