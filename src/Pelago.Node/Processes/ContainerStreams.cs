// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.Win32.SafeHandles;
using Pelago.Node.Logs;
using Pelago.Node.Native;

namespace Pelago.Node.Processes;

/// <summary>This daemon's side of a container's input and output. Made at the start of the container, and again by a daemon that takes it over.</summary>
internal sealed class ContainerStreams
{
    private readonly ContainerRecord _record;
    private readonly ContainerDirectory _directory;
    private readonly ProcessServices _services;
    private readonly ContainerLog _log;
    private readonly List<OutputPump> _pumps = [];
    private readonly SafeFileHandle? _terminal;

    private ContainerStreams(ContainerRecord record, ContainerDirectory directory, ProcessServices services, SafeFileHandle? terminal)
    {
        _record = record;
        _directory = directory;
        _services = services;
        _terminal = terminal;
        string path = record.Spec.LogPath;
        _log = new ContainerLog(path, directory.Path, services.Options.LogRotation, services.Time, services.Logs)
        {
            Written = (stream, data) =>
            {
                Hub.Publish(stream, data);
                services.Signals.Notify(path);
            },
        };
    }

    private AttachHub Hub { get; } = new();

    /// <param name="terminal">Our side of the container's terminal, when it has one and it could be had.</param>
    public static ContainerStreams Open(ContainerRecord record, ContainerDirectory directory, ProcessServices services, SafeFileHandle? terminal)
    {
        var streams = new ContainerStreams(record, directory, services, terminal);
        if (terminal is not null)
        {
            Descriptors.MakeNonBlocking(terminal);
            streams.Pump(terminal, LogStream.Stdout, isTerminal: true);
        }
        else if (!record.Spec.Terminal)
        {
            streams.Pump(Descriptors.Open(directory.Stdout, LibC.ReadOnly), LogStream.Stdout, isTerminal: false);
            streams.Pump(Descriptors.Open(directory.Stderr, LibC.ReadOnly), LogStream.Stderr, isTerminal: false);
        }
        return streams;
    }

    /// <summary>A stream of what is printed from now on, after what was printed when the container has started just now.</summary>
    public async Task<Stream> ListenAsync(LogStream stream, DateTimeOffset? startedAt)
    {
        bool early = EarlyOutput.IsWanted(startedAt, _services.Time.GetUtcNow());
        Stream? output = null;
        // On the loop nothing is printed between the two.
        await _services.Loop.RunAsync(() => output = Hub.Listen(stream, early ? EarlyOutput.Read(_record.Spec.LogPath, stream) : []));
        return output!;
    }

    /// <summary>A stream into the container's stdin; null when it has none. Its end is the container's end of input only with stdinOnce.</summary>
    public Stream? OpenStdin()
    {
        const int WriteOnly = 1;
        if (_terminal is not null)
            return new DescriptorStream(_services.Loop, Duplicate(_terminal));
        if (!_record.Spec.Stdin)
            return null;
        SafeFileHandle? fifo = Descriptors.TryOpen(_directory.Stdin, WriteOnly);
        return fifo is null ? null : new DescriptorStream(_services.Loop, fifo);
    }

    public void Resize(int columns, int rows)
    {
        if (_terminal is not null)
            PseudoTerminal.Resize(_terminal, columns, rows);
    }

    /// <summary>Takes what is still in the FIFOs after the last process has gone, then lets go of everything.</summary>
    public async Task CompleteAsync()
    {
        await _services.Loop.RunAsync(() =>
        {
            foreach (OutputPump pump in _pumps)
                pump.Drain();
            Close();
        });
        Hub.Complete();
        _services.Signals.Notify(_record.Spec.LogPath);
    }

    /// <summary>Lets go without taking anything: the container goes on without this daemon.</summary>
    public Task ReleaseAsync() => _services.Loop.RunAsync(Close);

    private void Close()
    {
        foreach (OutputPump pump in _pumps)
            pump.Dispose();
        _pumps.Clear();
        _log.Dispose();
    }

    private void Pump(SafeFileHandle source, LogStream stream, bool isTerminal) =>
        _pumps.Add(new OutputPump(_services.Loop, source, _log, stream, isTerminal, _services.Time, _services.Log));

    private static SafeFileHandle Duplicate(SafeFileHandle file)
    {
        const int DuplicateCloseOnExec = 1030;
        int copy = LibC.Control(file, DuplicateCloseOnExec, 3);
        return copy < 0 ? throw Descriptors.Failure("copy a terminal's descriptor") : new SafeFileHandle(copy, ownsHandle: true);
    }
}
