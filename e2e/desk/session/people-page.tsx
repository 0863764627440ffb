/** The page on which somebody chooses as whom to work. The reference server asks for no password. */
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { listPeople, type Person } from '../api/api.ts';
import { Icon } from '../icons/icon.tsx';
import { Avatar } from '../people/avatar.tsx';
import { nameOf } from '../people/person-text.ts';
import { goTo, linkTo } from '../routing/use-place.ts';
import { ThemeToggle } from '../theme/theme-toggle.tsx';
import { choosePeople } from './choose-people.ts';
import { savedUsernames } from './saved-session.ts';

/** A server with imported conversations knows hundreds. */
const SHOWN_AT_MOST = 8;

/** See the file. `notice`: why somebody was sent here; `calm` when all is as he wished. */
export function PeoplePage({ notice }: { readonly notice?: { readonly title: string; readonly detail: string; readonly calm?: boolean } }): ReactNode {
  const [people, setPeople] = useState<readonly Person[]>([]);
  const [name, setName] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const [saved] = useState(savedUsernames);
  useEffect(() => {
    let over = false;
    // Without a server there is nobody to choose from; those who were here before can still open their cache.
    listPeople().then((found) => !over && setPeople(found), () => undefined);
    return () => {
      over = true;
    };
  }, []);
  const known = new Set(people.map((person) => person.username));
  const rest = saved.filter((username) => !known.has(username));

  return (
    <main className="people">
      <div className="people__card">
        <header className="people__head">
          <h1>Support desk</h1>
          <ThemeToggle />
        </header>
        {notice && (
          <div className={notice.calm ? 'people__notice people__notice--calm' : 'people__notice'} role="alert">
            <Icon name={notice.calm ? 'check' : 'alert'} />
            <div>
              <strong>{notice.title}</strong>
              <p>{notice.detail}</p>
            </div>
          </div>
        )}
        <form
          className="people__form"
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim() !== '') goTo({ as: name.trim(), ticket: null });
          }}
        >
          <label className="labelled">
            Username
            <input
              ref={field}
              value={name}
              autoComplete="username"
              spellCheck={false}
              autoCapitalize="none"
              onChange={(event) => setName(event.target.value)}
            />
          </label>
          <button type="submit" className="button button--primary" disabled={name.trim() === ''}>
            Open the desk
          </button>
        </form>
        <PeopleGroup title="Technicians" people={people.filter((person) => person.isTechnician)} typed={name} />
        <PeopleGroup title="Requesters" people={people.filter((person) => !person.isTechnician)} typed={name} />
        <PeopleGroup
          title="Signed in here before"
          people={rest.map((username) => ({ id: username, username, fullName: null, isTechnician: false }))}
          typed={name}
        />
        {people.length === 0 && rest.length === 0 && (
          <p className="people__hint">The server printed the people it knows when it started. No password is asked for: this server is for development.</p>
        )}
      </div>
    </main>
  );
}

interface PeopleGroupProps {
  readonly title: string;
  readonly people: readonly Person[];
  readonly typed: string;
}

function PeopleGroup({ title, people, typed }: PeopleGroupProps): ReactNode {
  const { shown, more } = choosePeople(people, typed, SHOWN_AT_MOST);
  if (shown.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2 className="people__title">{title}</h2>
      <ul className="people__list">
        {shown.map((person) => (
          <li key={person.id}>
            <a className="person" {...linkTo({ as: person.username, ticket: null })}>
              <Avatar person={person} />
              <span className="person__name">{nameOf(person)}</span>
              <span className="person__username">{person.username}</span>
            </a>
          </li>
        ))}
      </ul>
      {more > 0 && <p className="people__hint">and {more} more: type a name above</p>}
    </section>
  );
}
