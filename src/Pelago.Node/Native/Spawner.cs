// SPDX-License-Identifier: Apache-2.0

using System.ComponentModel;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Pelago.Node.Native;

/// <summary>A program to start, exactly: nothing is inherited but what is named here.</summary>
internal sealed record SpawnRequest
{
    /// <summary>Absolute path of the executable.</summary>
    public required string Path { get; init; }

    /// <summary>The whole argv, with argv[0].</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The whole environment; names need not be valid for a shell.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; }
    public string? WorkingDirectory { get; init; }

    /// <summary>Which of our files the child sees under which number. Numbers 0 to 2 that are not named are /dev/null.</summary>
    public IReadOnlyList<(SafeFileHandle File, int Number)> Files { get; init; } = [];

    /// <summary>A terminal device that becomes the child's controlling terminal and its 0, 1 and 2.</summary>
    public string? Terminal { get; init; }
}

/// <summary>
/// Starts programs by posix_spawn: in a session of their own, with default signal handling (this process ignores SIGPIPE, its children must not)
/// and chosen descriptors, which System.Diagnostics.Process cannot do.
/// </summary>
internal static unsafe class Spawner
{
    private const short SetSignalDefaults = 0x04;
    private const short SetSignalMask = 0x08;
    private const short NewSession = 0x80;

    // Larger than posix_spawnattr_t (336) and posix_spawn_file_actions_t (80) of glibc and musl.
    private const int OpaqueSize = 1024;
    private const int DuplicateAbove = 1030;
    private const int FirstFreeNumber = 100;

    /// <summary>Returns the pid of a child that must be waited for; an <see cref="IOException"/> says what could not be started and why.</summary>
    public static int Spawn(SpawnRequest request)
    {
        byte* actions = stackalloc byte[OpaqueSize];
        byte* attributes = stackalloc byte[OpaqueSize];
        new Span<byte>(actions, OpaqueSize).Clear();
        new Span<byte>(attributes, OpaqueSize).Clear();
        _ = LibC.InitActions(actions);
        _ = LibC.InitAttributes(attributes);
        var copies = new List<int>();
        var texts = new List<nint>();
        try
        {
            SetSignals(attributes);
            AddFiles(request, actions, copies, texts);
            if (request.WorkingDirectory is not null)
                _ = LibC.AddChangeDirectory(actions, Text(request.WorkingDirectory, texts));
            return Start(request, actions, attributes, texts);
        }
        finally
        {
            foreach (int copy in copies)
                _ = LibC.Close(copy);
            foreach (nint text in texts)
                NativeMemory.Free((void*)text);
            _ = LibC.DestroyActions(actions);
            _ = LibC.DestroyAttributes(attributes);
        }
    }

    private static int Start(SpawnRequest request, byte* actions, byte* attributes, List<nint> texts)
    {
        byte** arguments = Vector(request.Arguments, texts);
        byte** environment = Vector([.. request.Environment.Select(pair => $"{pair.Key}={pair.Value}")], texts);
        int pid;
        int error = LibC.PosixSpawn(&pid, Text(request.Path, texts), actions, attributes, arguments, environment);
        if (error != 0)
        {
            string where = request.WorkingDirectory is null ? "" : string.Create(CultureInfo.InvariantCulture, $" in {request.WorkingDirectory}");
            throw new IOException($"could not start {request.Path}{where}: {new Win32Exception(error).Message} (errno {error})");
        }
        return pid;
    }

    private static void SetSignals(byte* attributes)
    {
        byte* all = stackalloc byte[128];
        byte* none = stackalloc byte[128];
        new Span<byte>(none, 128).Clear();
        new Span<byte>(all, 128).Clear();
        _ = LibC.FillSignals(all);
        _ = LibC.SetDefaultSignals(attributes, all);
        _ = LibC.SetSignalMask(attributes, none);
        _ = LibC.SetAttributeFlags(attributes, SetSignalDefaults | SetSignalMask | NewSession);
    }

    private static void AddFiles(SpawnRequest request, byte* actions, List<int> copies, List<nint> texts)
    {
        bool[] standard = new bool[3];
        // Sources are first copied above every target number, so that one dup2 cannot overwrite the source of another.
        foreach ((SafeFileHandle file, int number) in request.Files)
        {
            int copy = LibC.Control(file, DuplicateAbove, FirstFreeNumber);
            if (copy < 0)
                throw Descriptors.Failure("copy a descriptor for a child");
            copies.Add(copy);
            _ = LibC.AddDuplicate(actions, copy, number);
            if (number < standard.Length)
                standard[number] = true;
        }
        string device = request.Terminal ?? "/dev/null";
        // After setsid, opening a terminal without O_NOCTTY makes it the controlling one.
        for (int number = 0; number < standard.Length; number++)
        {
            if (!standard[number])
                _ = LibC.AddOpen(actions, number, Text(device, texts), LibC.ReadWrite, 0);
        }
    }

    private static byte** Vector(IReadOnlyList<string> items, List<nint> texts)
    {
        byte** vector = (byte**)NativeMemory.AllocZeroed((nuint)items.Count + 1, (nuint)sizeof(byte*));
        texts.Add((nint)vector);
        for (int i = 0; i < items.Count; i++)
            vector[i] = Text(items[i], texts);
        return vector;
    }

    private static byte* Text(string text, List<nint> texts)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        byte* bytes = (byte*)NativeMemory.AllocZeroed((nuint)length + 1);
        texts.Add((nint)bytes);
        Encoding.UTF8.GetBytes(text, new Span<byte>(bytes, length));
        return bytes;
    }
}
