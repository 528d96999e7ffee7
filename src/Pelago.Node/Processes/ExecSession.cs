// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Pelago.Node.Native;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Processes;

/// <summary>A further command in a running container: inside its namespaces, with its environment, user and control groups.</summary>
internal sealed class ExecSession : IProcessSession
{
    private const int NotExecutableCode = 126;
    private const int NotFoundCode = 127;
    private readonly ChildProcess? _child;
    private readonly int _refusedWith;
    private readonly SafeFileHandle? _terminal;

    private ExecSession(ChildProcess? child, SafeFileHandle? terminal, Stream? stdin, Stream? stdout, Stream? stderr, int refusedWith = 0)
    {
        _refusedWith = refusedWith;
        _child = child;
        _terminal = terminal;
        Stdin = stdin;
        Stdout = stdout;
        Stderr = stderr;
    }

    public Stream? Stdin { get; }
    public Stream? Stdout { get; }
    public Stream? Stderr { get; }

    public static ExecSession Start(ProcessContainer container, ProcessSandbox sandbox, ExecSpec spec, ProcessServices services)
    {
        if (container.Status.State != ContainerState.Running || container.Main is not { } main)
            throw new RuntimeException("NotRunning", $"container {container.Record.Spec.Name} is not running");
        if (spec.Command.Count == 0)
            throw new RuntimeException("InvalidCommand", "you must specify at least one command for the container");
        SpawnRequest request;
        try
        {
            request = new ExecCommand(container, sandbox, main, services).Build(spec);
        }
        catch (FileNotFoundException missing)
        {
            return Refused(NotFoundCode, missing.Message);
        }
        try
        {
            return spec.Terminal ? StartWithTerminal(request, spec, services) : StartWithPipes(request, spec, services);
        }
        catch (IOException refused)
        {
            // It is there, and cannot be run: a directory, no permission, not a program.
            return Refused(NotExecutableCode, $"exec: \"{spec.Command[0]}\": {refused.Message}");
        }
    }

    public void Resize(int columns, int rows)
    {
        if (_terminal is not null)
            PseudoTerminal.Resize(_terminal, columns, rows);
    }

    public Task<int> WaitAsync(CancellationToken cancel) => _child is null ? Task.FromResult(_refusedWith) : _child.Exited.WaitAsync(cancel);

    public async ValueTask DisposeAsync()
    {
        if (_child is { Exited.IsCompleted: false })
        {
            // The child leads a session of its own, which tells what it started, on both sides of a pid namespace.
            foreach (ProcessEntry entry in ProcessTable.Read().Tree(_child.Pid))
                _ = LibC.Kill(entry.Pid, LibC.SIGKILL);
        }
        foreach (Stream? stream in new[] { Stdin, Stdout, Stderr })
        {
            if (stream is not null)
                await stream.DisposeAsync();
        }
        _terminal?.Dispose();
    }

    private static ExecSession Refused(int code, string message) =>
        new(null, null, null, new MemoryStream(), new MemoryStream(Encoding.UTF8.GetBytes(message + "\n")), code);

    private static ExecSession StartWithTerminal(SpawnRequest request, ExecSpec spec, ProcessServices services)
    {
        (SafeFileHandle controller, string device) = PseudoTerminal.Open();
        ChildProcess child;
        try
        {
            child = ChildProcess.Start(request with { Terminal = device }, services.Loop);
        }
        catch (IOException)
        {
            controller.Dispose();
            throw;
        }
        var stream = new DescriptorStream(services.Loop, controller);
        return new ExecSession(child, controller, spec.Stdin ? stream : null, stream, null);
    }

    private static ExecSession StartWithPipes(SpawnRequest request, ExecSpec spec, ProcessServices services)
    {
        var files = new List<(SafeFileHandle, int)>();
        var ours = new SafeFileHandle?[3];
        var theirs = new List<SafeFileHandle>();
        try
        {
            if (spec.Stdin)
            {
                (SafeFileHandle read, SafeFileHandle write) = Descriptors.Pipe();
                (ours[0], files, theirs) = (write, [.. files, (read, 0)], [.. theirs, read]);
            }
            foreach ((bool wanted, int number) in new[] { (spec.Stdout, 1), (spec.Stderr, 2) })
            {
                if (!wanted)
                    continue;
                (SafeFileHandle read, SafeFileHandle write) = Descriptors.Pipe();
                (ours[number], files, theirs) = (read, [.. files, (write, number)], [.. theirs, write]);
            }
            ChildProcess child = ChildProcess.Start(request with { Files = files }, services.Loop);
            Stream?[] streams = [.. ours.Select(file => file is null ? null : new DescriptorStream(services.Loop, file))];
            return new ExecSession(child, null, streams[0], streams[1], streams[2]);
        }
        catch (IOException)
        {
            foreach (SafeFileHandle? file in ours)
                file?.Dispose();
            throw;
        }
        finally
        {
            foreach (SafeFileHandle file in theirs)
                file.Dispose();
        }
    }
}
