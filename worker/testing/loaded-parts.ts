/**
 * What the daemon loads when it is used, read from the disk beforehand: it comes within a turn of the event loop then, as virtual time wants
 * it, however busy the machine is. Imported by whatever runs a daemon under that time.
 */
import '../inspect/inspect-part.ts';
import '../media/media-part.ts';
import '../open-lobby.ts';
import '../outbox/outbox-part.ts';
import '../sign-out.ts';
import '../storage-failure.ts';
import '../store/rebuild-newer.ts';
import '../store/upgrade-database.ts';
import '../tabs/tabs-part.ts';
import '../take-over.ts';
