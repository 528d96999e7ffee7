// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Runtime.InteropServices;

namespace Pelago.Cli.Output;

/// <summary>
/// The terminal as a full screen: another page than the one with the shell's lines, no cursor, and keys as they are pressed. Disposing it, however
/// the program ends, leaves everything as it was. Ctrl-C remains a signal; Ctrl-Z is none meanwhile, or the shell would get a terminal in disarray.
/// </summary>
internal sealed partial class Terminal : IDisposable
{
    private const int StandardInput = 0;
    private const int StandardOutput = 1;
    private const int Interrupted = 4;
    private const byte Escape = 27;
    private const short Readable = 1;
    private const short Broken = 8;
    private const nuint GetWindowSize = 0x5413;
    private static readonly (int Width, int Height) Usual = (80, 24);
    private readonly Stream _output;
    private readonly byte[]? _before;
    private bool _hasKeys;

    public Terminal(Stream output)
    {
        _output = output;
        _before = Settings.Read(StandardInput);
        _hasKeys = _before is not null;
        if (_before is not null)
            Settings.Write(StandardInput, Settings.Keys(_before));
        _output.Write("\e[?1049h\e[?25l\e[2J"u8);
        _output.Flush();
    }

    public static (int Width, int Height) Size =>
        Ioctl(StandardOutput, GetWindowSize, out WindowSize size) == 0 && size is { Columns: > 0, Rows: > 0 } ? (size.Columns, size.Rows) : Usual;

    /// <summary>The output is a pipe that nobody reads any more. Writing to it fails in silence.</summary>
    public static bool IsOutputClosed
    {
        get
        {
            var output = new PollRequest { Descriptor = StandardOutput };
            return Poll(ref output, 1, 0) > 0 && (output.Returned & Broken) != 0;
        }
    }

    /// <summary>The key that is pressed next, in small letters; <c>\0</c> when none is in time. Keys that have no letter are none.</summary>
    public char ReadKey(TimeSpan patience, CancellationToken cancel)
    {
        if (!_hasKeys)
        {
            cancel.WaitHandle.WaitOne(patience);
            return '\0';
        }

        var input = new PollRequest { Descriptor = StandardInput, Events = Readable };
        int ready = Poll(ref input, 1, (int)Math.Max(0, patience.TotalMilliseconds));
        if (ready <= 0)
            return '\0';
        Span<byte> keys = stackalloc byte[64];
        nint read = Read(StandardInput, ref MemoryMarshal.GetReference(keys), keys.Length);
        if (read <= 0 && Marshal.GetLastPInvokeError() != Interrupted)
            _hasKeys = false;
        return read > 0 && keys[0] != Escape ? char.ToLowerInvariant((char)keys[0]) : '\0';
    }

    public void Dispose()
    {
        try
        {
            // The last two: cursor and number keys as they were, which the console of the platform changes.
            _output.Write("\e[?2026l\e[0m\e[?25h\e[?1049l\e[?1l\e>"u8);
            _output.Flush();
        }
        catch (IOException)
        {
            // The terminal is gone, and with it what was to be restored.
        }

        if (_before is not null)
            Settings.Write(StandardInput, _before);
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(int descriptor, nuint request, out WindowSize size);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollRequest request, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int descriptor, ref byte target, nint length);

    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort PixelWidth;
        public ushort PixelHeight;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    /// <summary>
    /// struct termios of Linux: four words of flags, of which the last are the local ones, the line discipline, then the control characters
    /// (asm-generic/termbits.h).
    /// </summary>
    private static partial class Settings
    {
        private const int Size = 64;
        private const int LocalFlags = 12;
        private const int ControlCharacters = 17;
        private const byte Canonical = 2, Echo = 8;
        private const int ReadTime = 5, ReadLeast = 6, Suspend = 10;

        /// <summary>Null when it is no terminal.</summary>
        public static byte[]? Read(int descriptor)
        {
            byte[] settings = new byte[Size];
            return Get(descriptor, ref settings[0]) == 0 ? settings : null;
        }

        public static void Write(int descriptor, byte[] settings) => _ = Set(descriptor, 0, ref settings[0]);

        /// <summary>Keys come as they are pressed and are not shown.</summary>
        public static byte[] Keys(byte[] settings)
        {
            byte[] changed = [.. settings];
            changed[LocalFlags] &= unchecked((byte)~(Canonical | Echo));
            changed[ControlCharacters + ReadTime] = changed[ControlCharacters + ReadLeast] = changed[ControlCharacters + Suspend] = 0;
            return changed;
        }

        [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
        private static partial int Get(int descriptor, ref byte settings);

        [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
        private static partial int Set(int descriptor, int when, ref byte settings);
    }
}
