/**
 * Modules of the standard library that its other modules use only for interactive help, tests or
 * packaging. Where one of those imports is inside a function of the standard library, it is followed
 * only when somebody else asks for the module.
 */
export const RARELY_WANTED: ReadonlySet<string> = new Set(
  (
    'pydoc pydoc_data doctest test idlelib tkinter turtle turtledemo lib2to3 ensurepip distutils pdb unittest ' +
    'venv webbrowser cProfile profile pstats trace code codeop bdb cmd xmlrpc readline rlcompleter curses ' +
    'antigravity this __phello__ smtplib imaplib nntplib poplib ftplib getopt optparse argparse timeit tabnanny'
  ).split(' '),
);

/** What is needed before any script: `site` and all that it and the start of the interpreter import. */
export const START_MODULES: readonly string[] = (
  'encodings encodings.* codecs io abc site sitecustomize usercustomize os stat posixpath genericpath ' +
  '_collections_abc _sitebuiltins _weakrefset importlib importlib._bootstrap importlib._bootstrap_external ' +
  'importlib.machinery importlib.util importlib.abc zipimport runpy pkgutil warnings linecache tokenize traceback ' +
  'types locale _bootlocale keyword copyreg _py_abc re sysconfig __future__ contextlib threading signal struct'
).split(' ');

/**
 * Names that the standard library computes, and Python modules that its C modules import.
 * `name.*` is every module of a package.
 */
export const DYNAMIC_MODULES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    _asyncio:
      'asyncio.events asyncio.base_futures asyncio.base_tasks asyncio.exceptions asyncio.coroutines traceback',
    _ctypes: 'ctypes ctypes._endian',
    _curses: 'curses',
    _datetime: '_strptime',
    _decimal: 'numbers collections',
    _elementtree: 'copy pyexpat xml.etree.ElementPath',
    _json: 'json.decoder',
    _pickle: 'copyreg _compat_pickle codecs functools',
    _socket: 'encodings.idna',
    _sqlite3: 'sqlite3.dump',
    _ssl: 'ssl',
    _zoneinfo: 'zoneinfo._common zoneinfo._tzpath importlib.resources',
    'concurrent.futures': 'concurrent.futures.thread concurrent.futures.process',
    datetime: '_datetime _strptime',
    dbm: 'dbm.gnu dbm.ndbm dbm.dumb dbm.sqlite3',
    distutils: 'setuptools._distutils.*',
    decimal: '_decimal',
    email: 'email.parser email.message email.charset email.generator email.headerregistry',
    hashlib: '_hashlib _blake2 _sha3 _md5 _sha1 _sha256 _sha512 _sha2',
    'importlib.metadata': 'email.message email.parser csv',
    'logging.config': 'logging.handlers configparser',
    multiprocessing:
      'multiprocessing.context multiprocessing.popen_fork multiprocessing.popen_spawn_posix ' +
      'multiprocessing.popen_forkserver multiprocessing.forkserver multiprocessing.spawn ' +
      'multiprocessing.resource_tracker multiprocessing.synchronize multiprocessing.pool multiprocessing.queues',
    sqlite3: '_sqlite3 sqlite3.dbapi2 sqlite3.dump',
    sysconfig: '_sysconfigdata*',
    time: '_strptime',
    uuid: '_uuid',
    'xml.dom': 'xml.dom.minidom xml.dom.domreg',
    'xml.parsers.expat': 'pyexpat',
    'xml.sax': 'xml.sax.expatreader',
    zoneinfo: '_zoneinfo zoneinfo._zoneinfo tzdata tzdata.*',
  }),
);

/** Files outside Python that modules read. */
export const MODULE_DATA: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    mimetypes: ['/etc/mime.types'],
    zoneinfo: ['/usr/share/zoneinfo'],
  }),
);

/** What packages of others load by names that cannot be read from their sources. */
export const PACKAGE_MODULES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    asyncpg: 'asyncpg.protocol.*',
    celery: 'celery.* kombu.transport.* billiard',
    cffi: '_cffi_backend pycparser',
    cryptography: '_cffi_backend',
    dns: 'dns.rdtypes.*',
    gevent: 'gevent.* greenlet zope.event',
    gunicorn: 'gunicorn.*',
    kombu: 'kombu.*',
    numpy: 'numpy.*',
    pandas: 'pandas.* pytz dateutil numpy',
    passlib: 'passlib.handlers.*',
    PIL: 'PIL.*',
    psycopg2: 'psycopg2.*',
    pydantic: 'pydantic.* pydantic_core',
    pygments: 'pygments.*',
    sqlalchemy: 'sqlalchemy.dialects.* greenlet',
    uvicorn: 'uvicorn.*',
  }),
);

/** Packages that compute imports only from names which their users write down: those names are found there. */
export const TAME: ReadonlySet<string> = new Set(
  'six werkzeug flask jinja2 click typer blinker requests urllib3 dateutil attr attrs jsonschema starlette'.split(
    ' ',
  ),
);

/** Distributions that install others. Kept only when something imports them by name. */
export const INSTALLERS: ReadonlySet<string> = new Set(['pip', 'setuptools', 'wheel', 'pkg_resources']);

/** Packages that run programs only for people at a terminal: completion, pagers, compilers. */
export const RUNS_FOR_DEVELOPERS: ReadonlySet<string> = new Set(
  'click typer rich IPython pip setuptools pkg_resources wheel distutils cffi numpy scipy werkzeug'.split(
    ' ',
  ),
);

/** Slow twins of C modules: the standard library takes them only when the C module is not there. */
export const TWINS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    _pydatetime: '_datetime',
    _pydecimal: '_decimal',
    _pyio: '_io',
  }),
);
