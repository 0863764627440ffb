/** The page on which somebody chooses as whom to work. The reference server asks for no password. */
import { useEffect, useState, type ReactNode } from 'react';
import { listPeople, type Person } from '../api/api.ts';
import { Icon } from '../icons/icon.tsx';
import { Avatar } from '../people/avatar.tsx';
import { nameOf } from '../people/person-text.ts';
import { goTo, linkTo } from '../routing/use-place.ts';
import { ThemeToggle } from '../theme/theme-toggle.tsx';
import { savedUsernames } from './saved-session.ts';

/** See the file. `notice`: why somebody was sent here. */
export function PeoplePage({ notice }: { readonly notice?: { readonly title: string; readonly detail: string } }): ReactNode {
  const [people, setPeople] = useState<readonly Person[]>([]);
  const [name, setName] = useState('');
  const [saved] = useState(savedUsernames);
  useEffect(() => {
    let over = false;
    // A server that tells this only to those who are signed in leaves the field below.
    listPeople(null).then((found) => !over && setPeople(found), () => undefined);
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
          <div className="people__notice" role="alert">
            <Icon name="alert" />
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
            <input value={name} autoFocus autoComplete="username" spellCheck={false} autoCapitalize="none" onChange={(event) => setName(event.target.value)} />
          </label>
          <button type="submit" className="button button--primary" disabled={name.trim() === ''}>
            Open the desk
          </button>
        </form>
        <PeopleGroup title="Technicians" people={people.filter((person) => person.isTechnician)} />
        <PeopleGroup title="Requesters" people={people.filter((person) => !person.isTechnician)} />
        <PeopleGroup
          title="Signed in here before"
          people={rest.map((username) => ({ id: username, username, fullName: null, isTechnician: false }))}
        />
        {people.length === 0 && rest.length === 0 && (
          <p className="people__hint">The server printed the people it knows when it started. No password is asked for: this server is for development.</p>
        )}
      </div>
    </main>
  );
}

function PeopleGroup({ title, people }: { readonly title: string; readonly people: readonly Person[] }): ReactNode {
  if (people.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2 className="people__title">{title}</h2>
      <ul className="people__list">
        {people.map((person) => (
          <li key={person.id}>
            <a className="person" {...linkTo({ as: person.username, ticket: null })}>
              <Avatar person={person} />
              <span className="person__name">{nameOf(person)}</span>
              <span className="person__username">{person.username}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
