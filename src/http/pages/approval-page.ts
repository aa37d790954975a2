/** What a person sees who follows a link: what is asked, or what became of it. */
import { html } from 'hono/html';
import { isJsonArray } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { ApprovalView } from '../../core/run/view.ts';
import type { OpenedLink } from '../../runtime/ports/approval-links.ts';
import { formOf, summaryOf } from './approval-form.ts';
import type { FormState } from './approval-form.ts';
import type { Html } from './layout.ts';
import { formatInstant, formatSpan } from './instants.ts';
import { showValue } from './values.ts';

export interface PageState extends FormState {
  readonly now: number;
}

type Pending = Extract<ApprovalView, { status: 'pending' }>;

export function approvalPage(
  { link, approval, title }: OpenedLink,
  page: PageState,
): { title: string; body: Html } {
  const heading = (approval.status === 'pending' ? approval.title : title) ?? 'Your decision';
  return { title: heading, body: card(heading, partsOf(approval, link.person, page)) };
}

function partsOf(approval: ApprovalView, person: string, page: PageState): Html {
  switch (approval.status) {
    case 'pending':
      return approval.approved_by.includes(person)
        ? html`${facts(approval, page.now)} ${alreadyApproved(approval)}
          ${shownInput(approval.input)}`
        : html`${summaryOf(approval.form, page)} ${facts(approval, page.now)}
          ${instructionsOf(approval)} ${shownInput(approval.input)}
          ${formOf(approval.form, person, page)}`;
    case 'decided':
      return decided(approval.decision);
    case 'kept':
    case 'closed':
      return closed(approval.status === 'closed' ? approval.reason : '');
  }
}

function card(heading: string, body: Html): Html {
  return html`<article class="card">
    <h1>${heading}</h1>
    ${body}
  </article>`;
}

function facts({ approvals, approvals_required, due_at }: Pending, now: number): Html {
  const due = due_at === undefined ? undefined : Date.parse(due_at);
  const many = html`<li>
    <strong>${approvals} of ${approvals_required}</strong> approvals so far
  </li>`;
  return html`<ul class="facts">
    ${
      due === undefined || due_at === undefined
        ? html`<li>Waits for your decision</li>`
        : html`<li>
            Decide by <strong><time datetime="${due_at}">${formatInstant(due)}</time></strong>
            (${formatSpan(due - now)})
          </li>`
    }
    ${approvals_required > 1 ? many : ''}
  </ul>`;
}

function alreadyApproved({ approvals, approvals_required }: Pending): Html {
  const missing = approvals_required - approvals;
  return html`<div class="note good" role="status">
    <p><strong>You have approved.</strong></p>
    <p>${missing === 1 ? 'One more person has' : `${missing} more people have`} to decide.</p>
  </div>`;
}

function instructionsOf({ instructions }: Pending): Html {
  return instructions === undefined ? html`` : html`<p class="text">${instructions}</p>`;
}

function shownInput(input: JsonValue | undefined): Html {
  if (input === undefined || input === null) return html``;
  return html`<section aria-labelledby="about">
    <h2 id="about">What it is about</h2>
    <div class="shown">${showValue(input)}</div>
  </section>`;
}

function decided(decision: JsonObject): Html {
  const { approved, decided_by, decided_by_all, decided_at, comments, timed_out } = decision;
  const people = isJsonArray(decided_by_all) ? decided_by_all : [decided_by];
  const who = people.filter((one) => typeof one === 'string').join(', ');
  const verdict = approved === true ? 'Approved' : 'Rejected';
  const at = typeof decided_at === 'string' ? decided_at : '';
  return html`<div class="note ${approved === true ? 'good' : 'bad'}" role="status">
      <p>
        <strong>${verdict}</strong>
        ${timed_out === true ? 'because nobody decided in time' : html`by <strong>${who}</strong>`}
      </p>
      <p><time datetime="${at}">${formatInstant(Date.parse(at))}</time></p>
    </div>
    ${
      typeof comments === 'string' && comments !== ''
        ? html`<h2>Comment</h2>
            <p class="text">${comments}</p>`
        : ''
    }
    <p class="soft">The decision stands. Nothing is left to do here.</p>`;
}

const REASONS: { readonly [reason: string]: string } = {
  cancelled: 'The run that asked was cancelled.',
  failed: 'The run that asked has failed.',
  completed: 'The run that asked went on without it.',
  skipped: 'The run that asked went another way.',
  timeout: 'Nobody decided in time.',
};

function closed(reason: string): Html {
  const text = Object.hasOwn(REASONS, reason) ? REASONS[reason] : 'The run that asked has ended.';
  return html`<div class="note warn" role="status">
    <p><strong>Nobody is asked any more.</strong></p>
    <p>${text}</p>
  </div>`;
}

/** A link that leads nowhere. */
export function refusalPage(isExpired: boolean): { title: string; body: Html } {
  const title = isExpired ? 'This link has expired' : 'This link leads nowhere';
  const text = isExpired
    ? 'Ask whoever sent it for another one.'
    : 'It may be cut off, or it was taken back. Check that the whole of it was copied.';
  return { title, body: card(title, html`<p>${text}</p>`) };
}
