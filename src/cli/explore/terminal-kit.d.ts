/** What is used of terminal-kit 3; it brings no types of its own. */
declare module 'terminal-kit' {
  interface Terminal {
    /** True: it does nothing more by itself. */
    shutdown: boolean;
    fullscreen(on: boolean): void;
    hideCursor(on?: boolean): void;
    styleReset(): void;
    clear(): void;
  }

  interface Buffer {
    put(options: { x: number; y: number; attr: object; wrap: boolean }, text: string): void;
    draw(options: { delta: boolean }): void;
  }

  interface Kit {
    createTerminal(options: {
      stdin: NodeJS.ReadStream;
      stdout: NodeJS.WriteStream;
      generic: string;
      isTTY: boolean;
    }): Terminal;
    ScreenBuffer: new (options: { dst: Terminal; width: number; height: number }) => Buffer;
  }

  const kit: Kit;
  export = kit;
}
