// SPDX-License-Identifier: Apache-2.0

using System.ComponentModel;
using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pelago.Node.Native;

/// <summary>Opens FIFOs, pipes and process handles; every descriptor is close-on-exec.</summary>
internal static unsafe class Descriptors
{
    private const int GetFlags = 3;
    private const int SetFlags = 4;
    private const int ProcessHandleCall = 434;
    private const int SendSignalCall = 424;
    private const int TakeDescriptorCall = 438;

    public static void MakeFifo(string path, uint mode)
    {
        if (LibC.MakeFifo(path, mode) < 0)
            throw Failure($"make the FIFO {path}");
    }

    /// <summary>Opens without waiting for the other side, and never waits later.</summary>
    public static SafeFileHandle Open(string path, int access) => TryOpen(path, access) ?? throw Failure($"open {path}");

    /// <summary>
    /// Opens a FIFO as a child must see it: its writes wait, and as it reads too the FIFO keeps its contents and never breaks, whoever else goes.
    /// </summary>
    public static SafeFileHandle OpenForChild(string path)
    {
        int descriptor = LibC.Open(path, LibC.ReadWrite | LibC.CloseOnExec | LibC.NoControllingTerminal, 0);
        return descriptor < 0 ? throw Failure($"open {path}") : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Null when the open fails; the last P/Invoke error says why.</summary>
    public static SafeFileHandle? TryOpen(string path, int access)
    {
        int descriptor = LibC.Open(path, access | LibC.NonBlocking | LibC.CloseOnExec | LibC.NoControllingTerminal, 0);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>True while some process holds the FIFO open for reading (write-only opens fail with ENXIO otherwise).</summary>
    public static bool HasReader(string fifo)
    {
        const int WriteOnly = 1;
        using SafeFileHandle? probe = TryOpen(fifo, WriteOnly);
        return probe is not null;
    }

    public static (SafeFileHandle Read, SafeFileHandle Write) Pipe()
    {
        int* ends = stackalloc int[2];
        if (LibC.Pipe(ends, LibC.CloseOnExec) < 0)
            throw Failure("make a pipe");
        return (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true));
    }

    /// <summary>Only our side of a pipe must not block: the flag lives in the open file, which the child's side does not share.</summary>
    public static void MakeNonBlocking(SafeFileHandle file) => ChangeFlags(file, LibC.NonBlocking, 0);

    /// <summary>For a descriptor that had to be opened without waiting, and that a child will use.</summary>
    public static void MakeBlocking(SafeFileHandle file) => ChangeFlags(file, 0, LibC.NonBlocking);

    /// <summary>A handle that becomes readable when the process ends; null where the process is gone or the kernel is older than 5.3.</summary>
    public static SafeFileHandle? OpenProcess(int pid)
    {
        nint descriptor = LibC.SystemCall(ProcessHandleCall, pid, 0, 0, 0);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Signals exactly the process that the handle was opened for, never one that got its number later.</summary>
    public static bool Signal(SafeFileHandle process, int signal) =>
        LibC.SystemCall(SendSignalCall, process.DangerousGetHandle(), signal, 0, 0) == 0;

    /// <summary>Takes a copy of another process's descriptor (kernel 5.6, ptrace rights); null where that is not allowed.</summary>
    public static SafeFileHandle? Take(SafeFileHandle process, int descriptor)
    {
        nint copy = LibC.SystemCall(TakeDescriptorCall, process.DangerousGetHandle(), descriptor, 0, 0);
        return copy < 0 ? null : new SafeFileHandle(copy, ownsHandle: true);
    }

    /// <summary>The bytes that were written to a FIFO or pipe and that nobody has read yet.</summary>
    public static int Unread(SafeFileHandle file)
    {
        const nuint BytesToRead = 0x541b;
        int count = 0;
        return LibC.DeviceControl(file, BytesToRead, &count) < 0 ? throw Failure("ask for what is in a pipe") : count;
    }

    private static void ChangeFlags(SafeFileHandle file, int add, int remove)
    {
        int flags = LibC.Control(file, GetFlags, 0);
        if (flags < 0 || LibC.Control(file, SetFlags, (flags | add) & ~remove) < 0)
            throw Failure("change the flags of a descriptor");
    }

    public static IOException Failure(string attempted)
    {
        int error = Marshal.GetLastPInvokeError();
        return new IOException($"could not {attempted}: {new Win32Exception(error).Message} (errno {error})");
    }
}
