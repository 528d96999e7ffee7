// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Globalization;
using System.IO;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Pelago.Node.Native;

namespace Pelago.Node.Processes;

/// <summary>
/// Which processes of this machine carry which container's mark in their environment, wherever they have been reparented to. All processes must be looked
/// at for one answer, and thousands of containers may end together: who asks while a look is under way shares the next one with all who do.
/// </summary>
internal static class MarkedProcesses
{
    /// <summary>Every process of a container has this in its environment, with the container's id.</summary>
    public const string Variable = "PELAGO_CONTAINER_ID";
    private const int FirstBuffer = 16 * 1024;
    private static readonly byte[] Assignment = Encoding.UTF8.GetBytes(Variable + "=");
    private static readonly Lock Gate = new();
    private static Task<ILookup<string, int>>? _next;
    private static Task _last = Task.CompletedTask;

    /// <summary>Process numbers by container id, as of a moment after this call. A process that has ended has no environment and is not among them.</summary>
    public static Task<ILookup<string, int>> LookAsync()
    {
        lock (Gate)
        {
            if (_next is null)
                _last = _next = LookAfterAsync(_last);
            return _next;
        }
    }

    /// <summary>The id of the container that a process belongs to; null where it has no mark, has ended, or is another user's.</summary>
    public static string? ContainerOf(int pid)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        string? container = MarkOf(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/environ"), ref buffer);
        ArrayPool<byte>.Shared.Return(buffer);
        return container;
    }

    private static async Task<ILookup<string, int>> LookAfterAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        lock (Gate)
            _next = null;
        return Read();
    }

    private static ILookup<string, int> Read()
    {
        var found = new List<(string Container, int Pid)>();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && MarkOf(directory + "/environ", ref buffer) is { } container)
                found.Add((container, pid));
        }
        ArrayPool<byte>.Shared.Return(buffer);
        return found.ToLookup(process => process.Container, process => process.Pid, StringComparer.Ordinal);
    }

    private static string? MarkOf(string file, ref byte[] buffer)
    {
        ReadOnlySpan<byte> environment = ReadAll(file, ref buffer);
        while (!environment.IsEmpty)
        {
            int end = environment.IndexOf((byte)0);
            ReadOnlySpan<byte> variable = end < 0 ? environment : environment[..end];
            if (variable.StartsWith(Assignment))
                return Encoding.UTF8.GetString(variable[Assignment.Length..]);
            environment = end < 0 ? default : environment[(end + 1)..];
        }
        return null;
    }

    /// <summary>Empty where the process is gone or another user's.</summary>
    private static unsafe ReadOnlySpan<byte> ReadAll(string file, ref byte[] buffer)
    {
        using SafeFileHandle? handle = Descriptors.TryOpen(file, LibC.ReadOnly);
        int length = 0;
        while (handle is not null)
        {
            nint count;
            fixed (byte* free = &buffer[length])
                count = LibC.Read(handle, free, buffer.Length - length);
            if (count <= 0)
                break;
            length += (int)count;
            if (length == buffer.Length)
                buffer = Larger(buffer);
        }
        return buffer.AsSpan(0, length);
    }

    private static byte[] Larger(byte[] full)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(2 * full.Length);
        full.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(full);
        return larger;
    }
}
