import type { OsPackage } from '../packages/os/index.ts';
import type { Candidate, WasteRule } from './types.ts';

/** Some libraries compile at run time, so they stand here too. */
const COMPILERS = [
  'libbcc.so.0',
  'libtcc.so',
  'cc',
  'gcc',
  'g++',
  'c++',
  'clang',
  'clang++',
  'tcc',
  'ld',
  'make',
  'cmake',
  'node-gyp',
];
const LIBRARIES = '^/(?:usr/)?(?:local/)?lib(?:64|32|x32)?/';

/** Names of build tools, without the target before them and the version after. */
const TOOLS =
  /^(?:[\w.]+-[\w.]+-(?:[\w.]+-)*)?(gcc|g\+\+|cc|c\+\+|cpp|c89|c99|gcc-(ar|nm|ranlib)|gcov(-(dump|tool))?|clang|clang\+\+|clang-(cpp|format|tidy)|lto-dump|lld|ld|ld\.(bfd|gold|lld)|gold|as|ar|nm|ranlib|strip|objdump|objcopy|readelf|size|strings|addr2line|c\+\+filt|elfedit|gprof|gprofng|dwp|gdb|gdbserver|gcore|valgrind|make|gmake|cmake|ctest|cpack|ninja|meson|autoconf|automake|aclocal|autoreconf|autoheader|libtool|libtoolize|bison|yacc|flex|lex|pkg-config|pkgconf|swig|rustc|cargo|rustup|rustdoc|gofmt|dpkg-(buildpackage|source|shlibdeps|gencontrol|architecture|genchanges|gensymbols|checkbuilddeps)|javac|javadoc|jlink|jpackage|jdb|jmod)(-?\d[\d.]*)?$/;

/** Of those, the names that a script of the user is not likely to have. */
const PLAIN_TOOL =
  /gcc|g\+\+|clang|rustc|cargo|rustup|gofmt|javac|cmake|ninja|gdb|valgrind|objdump|readelf|ld\./;

function isTool({ path, owner, node }: Candidate): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (!TOOLS.test(name) || (owner === undefined && !PLAIN_TOOL.test(name))) return false;
  return node.kind !== 'symlink' || !/(busybox|toybox|coreutils)$/.test(node.target);
}

/** A link such as libx.so costs nothing, and some programs load a library by it. */
function isNoLibrary({ path }: Candidate): boolean {
  return !/\.so(\.|$)/.test(path);
}

function ownerIs(sections: RegExp, names: RegExp): (owner: OsPackage) => boolean {
  return owner => sections.test(owner.section ?? '') || names.test(owner.name);
}

/** What is needed to build programs, and not to run them. */
export const DEVELOPMENT_RULES: readonly WasteRule[] = [
  {
    id: 'debug-files',
    category: 'debug',
    explains: 'debug information, for debuggers only',
    pattern: /^\/usr\/lib\/debug\/|\/\.debug\/[^/]+\.debug$|\.(dwo|dwp)$|^\/usr\/lib\/\.build-id\//,
    safe: true,
    neededBy: ['gdb'],
  },
  {
    id: 'headers',
    category: 'development',
    explains: 'headers, for compiling C and C++',
    pattern: /^\/usr\/(?:local\/)?include\//,
    // Python's sysconfig reads pyconfig.h.
    when: ({ path }) => !/\/pyconfig[^/]*\.h$/.test(path),
    safe: true,
    neededBy: COMPILERS,
  },
  {
    id: 'static-libraries',
    category: 'development',
    explains: 'static libraries and object files, for linking',
    pattern: new RegExp(`${LIBRARIES}.*\\.(a|la|o)$`),
    // Programs for the kernel (BPF) are object files that are read at run time.
    when: ({ path, owner }) => !path.endsWith('.o') || (owner !== undefined && !path.includes('bpf')),
    safe: true,
    neededBy: [...COMPILERS, 'go'],
  },
  {
    id: 'build-descriptions',
    category: 'development',
    explains: 'descriptions of libraries, for build tools',
    pattern:
      /^\/usr\/(?:local\/)?(?:lib|share|lib64)\/(?:[^/]+-linux-[^/]+\/)?(pkgconfig|cmake|aclocal(-[\d.]+)?|autoconf|automake(-[\d.]+)?|libtool|gir-1\.0|vala|gdb|bison|swig[\d.]*|cmake-[\d.]+)\/(?!.*\.so)/,
    safe: true,
    neededBy: [...COMPILERS, 'pkg-config', 'autoconf', 'automake', 'gdb'],
  },
  {
    id: 'compiler-parts',
    category: 'development',
    explains: 'the passes of the compilers of GCC',
    pattern: /^\/usr\/(?:local\/)?(?:lib|libexec|share)\/gcc\//,
    when: candidate => isNoLibrary(candidate) || /(plugin|lto)[^/]*\.so/.test(candidate.path),
    safe: true,
    neededBy: COMPILERS,
  },
  {
    id: 'build-tools',
    category: 'development',
    explains: 'a compiler, or another tool for building programs',
    pattern: /^\/(?:usr\/)?(?:local\/)?s?bin\//,
    when: isTool,
    safe: true,
  },
  {
    id: 'llvm',
    category: 'development',
    explains: 'the programs and headers of LLVM; its library is not meant',
    pattern: /^\/usr\/lib\/llvm-?\d+\/(bin|include|build|share|lib\/(clang|cmake)\/)/,
    when: isNoLibrary,
    safe: true,
    neededBy: ['clang', 'clang++', 'llc', 'opt', 'rustc'],
  },
  {
    id: 'go-toolchain',
    category: 'development',
    explains: 'the Go tool chain; programs in Go do not need it to run',
    pattern: /^\/usr\/(local\/go|lib\/go(-[\d.]+)?|share\/go(-[\d.]+)?)\/(?!lib(?:\/time\/|$))/,
    safe: true,
    neededBy: ['go', 'gofmt'],
  },
  {
    id: 'rust-toolchain',
    category: 'development',
    explains: 'the Rust tool chain; programs in Rust do not need it to run',
    pattern: /^(\/usr\/local|\/root|\/home\/[^/]+)\/\.?rustup\/|^\/usr\/lib\/rustlib\//,
    safe: true,
    neededBy: ['rustc', 'cargo', 'rustup'],
  },
  {
    id: 'java-development',
    category: 'development',
    explains: 'the parts of a JDK that only its compiler and linker read',
    pattern:
      /^\/.*(?:jvm|jdk|java)[^/]*\/(?:.*\/)?(jmods\/[^/]+\.jmod|bin\/(javac|javadoc|jlink|jpackage|jdb|jmod|jshell|jdeps|jconsole)$|(lib\/)?src\.zip|lib\/ct\.sym|demo\/|sample\/|man\/man1\/|include\/[^/]+\.h)/,
    safe: true,
    neededBy: ['javac', 'jlink', 'jpackage', 'jdeps', 'jshell'],
  },
  {
    id: 'source-archives',
    category: 'development',
    explains: 'sources of the system, for building parts of it again',
    pattern: /^\/usr\/src\/(linux-headers|linux-source|php\.tar|python\.tar)/,
    safe: true,
  },
  {
    id: 'development-packages',
    category: 'development',
    explains: 'the package is only for developing with a library',
    pattern: /^\//,
    ofPackage: ownerIs(/(^|\/)libdevel$/, /-(dev|devel|headers|static)$/),
    when: isNoLibrary,
    safe: true,
    neededBy: COMPILERS,
  },
  {
    id: 'debug-packages',
    category: 'debug',
    explains: 'the package is only for debugging',
    pattern: /^\//,
    ofPackage: ownerIs(/(^|\/)debug$/, /-(dbg|dbgsym|debuginfo|debugsource)$/),
    when: isNoLibrary,
    safe: true,
    neededBy: ['gdb', 'valgrind'],
  },
  {
    id: 'document-packages',
    category: 'documentation',
    explains: 'the package is only for reading',
    pattern: /^\//,
    ofPackage: ownerIs(/(^|\/)doc$/, /-(doc|docs)$/),
    when: isNoLibrary,
    safe: true,
    neededBy: ['man', 'info'],
  },
  {
    id: 'version-control-tools',
    category: 'development',
    explains: 'a version control system; an app may call it',
    pattern: /^\//,
    ofPackage: owner => /(^|\/)vcs$/.test(owner.section ?? ''),
    safe: false,
  },
  {
    id: 'development-tools',
    category: 'development',
    explains: 'the distribution calls the package a tool for development; some of them run apps',
    pattern: /^\//,
    ofPackage: owner => /(^|\/)devel$/.test(owner.section ?? ''),
    safe: false,
  },
  {
    id: 'program-databases',
    category: 'debug',
    explains: 'debug information of .NET; with it, traces of errors name lines',
    pattern: /\.pdb$/,
    when: candidate => candidate.around.has(candidate.path.replace(/\.pdb$/, '.dll')),
    safe: false,
  },
];
