// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pelago.Node.Containerd.Protos.Containers;
using Pelago.Node.Containerd.Protos.Tasks;
using Pelago.Node.Native;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Containerd.Streams;

/// <summary>
/// A further process in a container, by containerd's task service: its streams are FIFOs that the shim connects, so that input can end while output
/// goes on, and nothing is copied by containerd.
/// </summary>
internal sealed class TaskExec : IProcessSession
{
    private const string ProcessType = "types.containerd.io/opencontainers/runtime-spec/1/Process";
    private const uint OwnerOnly = 0x180; // 0600
    private const int MostBetweenLooks = 64;
    private const string ContainerFile = "container";
    private static readonly TimeSpan BetweenWaits = TimeSpan.FromMilliseconds(200);

    /// <summary>What cannot be killed is not waited for.</summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);
    private readonly ContainerdClient _client;
    private readonly EventLoop _loop;
    private readonly string _container;
    private readonly string _id = "pelago-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
    private readonly string _directory;
    private readonly bool _terminal;
    private readonly TerminalSize _size;

    /// <summary>Nobody is there any more who would wait for it.</summary>
    private readonly CancellationTokenSource _letGo = new();
    private Task<int>? _exited;
    private bool _started;

    private TaskExec(ContainerdClient client, EventLoop loop, string streamsDirectory, string container, ExecSpec spec)
    {
        (_client, _loop, _container, _terminal) = (client, loop, container, spec.Terminal);
        _directory = Path.Combine(streamsDirectory, _id);
        _size = new TerminalSize(client, container, _id);
    }

    public Stream? Stdin { get; private set; }
    public Stream? Stdout { get; private set; }
    public Stream? Stderr { get; private set; }

    public static async Task<TaskExec> StartAsync(
        ContainerdClient client, EventLoop loop, string streamsDirectory, string container, ExecSpec spec, CancellationToken cancel)
    {
        var exec = new TaskExec(client, loop, streamsDirectory, container, spec);
        try
        {
            await exec.StartAsync(spec, cancel);
            return exec;
        }
        catch
        {
            await exec.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends what an earlier daemon began that was killed: nobody is at its streams any more.</summary>
    public static Task EndAllAsync(ContainerdClient client, string streamsDirectory, CancellationToken cancel) =>
        Directory.Exists(streamsDirectory) ? Task.WhenAll(Directory.GetDirectories(streamsDirectory).Select(directory => EndAsync(client, directory, cancel))) : Task.CompletedTask;

    public void Resize(int columns, int rows)
    {
        if (_terminal && _started)
            _size.Set(columns, rows);
    }

    public Task<int> WaitAsync(CancellationToken cancel) => _exited!.WaitAsync(cancel);

    /// <summary>What still runs is killed before its streams end: one that reads no input would never let that end by itself.</summary>
    public async ValueTask DisposeAsync()
    {
        await _letGo.CancelAsync();
        if (_started)
            await KillAsync();
        foreach (Stream? stream in new[] { Stdin, Stdout, Stderr })
        {
            if (stream is not null)
                await stream.DisposeAsync();
        }
        if (_started)
            await RemoveAsync();
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
        _letGo.Dispose();
    }

    private static async Task EndAsync(ContainerdClient client, string directory, CancellationToken cancel)
    {
        string file = Path.Combine(directory, ContainerFile), exec = Path.GetFileName(directory);
        if (File.Exists(file))
        {
            string container = await File.ReadAllTextAsync(file, cancel);
            DateTime soon = TimeProvider.System.GetUtcNow().UtcDateTime + EndPatience;
            // One that has ended is not killed and is still known to its shim.
            await TryAsync(client.Tasks.KillAsync(new KillRequest { ContainerId = container, ExecId = exec, Signal = LibC.SIGKILL }, ContainerdClient.InCriNamespace, soon, cancel).ResponseAsync, cancel);
            await TryAsync(client.Tasks.WaitAsync(new WaitRequest { ContainerId = container, ExecId = exec }, ContainerdClient.InCriNamespace, soon, cancel).ResponseAsync, cancel);
            await TryAsync(client.Tasks.DeleteProcessAsync(new DeleteProcessRequest { ContainerId = container, ExecId = exec }, ContainerdClient.InCriNamespace, soon, cancel).ResponseAsync, cancel);
        }
        Directory.Delete(directory, recursive: true);
    }

    private static async Task TryAsync(Task call, CancellationToken cancel)
    {
        try
        {
            await call;
        }
        catch (RpcException) when (!cancel.IsCancellationRequested)
        {
            // It has ended, or its container is gone.
        }
    }

    private async Task StartAsync(ExecSpec spec, CancellationToken cancel)
    {
        Directory.CreateDirectory(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(Path.Combine(_directory, ContainerFile), _container, cancel);
        var request = new ExecProcessRequest { ContainerId = _container, ExecId = _id, Terminal = spec.Terminal, Spec = await ProcessAsync(spec, cancel) };
        if (spec.Stdin)
        {
            request.Stdin = MakeFifo("stdin");
            // Reading too, it can be opened before the shim is there, and a write to a process that has gone does not fail.
            Stdin = new InputStream(this, new DescriptorStream(_loop, Descriptors.OpenForChild(request.Stdin)));
        }
        if (spec.Stdout || spec.Terminal)
        {
            request.Stdout = MakeFifo("stdout");
            Stdout = new DescriptorStream(_loop, Descriptors.Open(request.Stdout, LibC.ReadOnly));
        }
        if (spec.Stderr && !spec.Terminal)
        {
            request.Stderr = MakeFifo("stderr");
            Stderr = new DescriptorStream(_loop, Descriptors.Open(request.Stderr, LibC.ReadOnly));
        }
        try
        {
            await _client.Tasks.ExecAsync(request, ContainerdClient.InCriNamespace, cancellationToken: cancel);
            _started = true;
            await _client.Tasks.StartAsync(new StartRequest { ContainerId = _container, ExecId = _id }, ContainerdClient.InCriNamespace, cancellationToken: cancel);
        }
        catch (RpcException fault) when (!cancel.IsCancellationRequested)
        {
            if (fault.StatusCode == StatusCode.NotFound && !_started)
                throw new RuntimeException("NotRunning", $"container {_container} is not running", fault);
            throw new RuntimeException("ExecError", $"failed to exec in container: {fault.Status.Detail}", fault);
        }
        _exited = WaitForExitAsync();
    }

    private async Task<int> WaitForExitAsync()
    {
        while (true)
        {
            try
            {
                WaitResponse end = await _client.Tasks.WaitAsync(new WaitRequest { ContainerId = _container, ExecId = _id }, ContainerdClient.InCriNamespace);
                return (int)end.ExitStatus;
            }
            catch (RpcException fault) when (fault.StatusCode == StatusCode.Unavailable)
            {
                // containerd is started again; the process goes on under its shim.
                await Task.Delay(BetweenWaits, _letGo.Token);
            }
            catch (RpcException fault)
            {
                throw new RuntimeException("ExecError", $"the end of the process is not known: {fault.Status.Detail}", fault);
            }
        }
    }

    /// <summary>The container's own process with another command: its user, environment, capabilities and directory are kept.</summary>
    private async Task<Any> ProcessAsync(ExecSpec spec, CancellationToken cancel)
    {
        GetContainerResponse answer;
        try
        {
            answer = await _client.Containers.GetAsync(new GetContainerRequest { Id = _container }, ContainerdClient.InCriNamespace, cancellationToken: cancel);
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.NotFound)
        {
            throw RuntimeException.NoContainer(_container);
        }
        JsonObject process = JsonNode.Parse(answer.Container.Spec.Value.ToByteArray())!["process"]!.AsObject();
        process["args"] = new JsonArray([.. spec.Command.Select(word => JsonValue.Create(word))]);
        process["terminal"] = spec.Terminal;
        if (spec.Terminal && process["env"] is JsonArray environment && !environment.Any(item => item!.GetValue<string>().StartsWith("TERM=", StringComparison.Ordinal)))
            environment.Add("TERM=xterm");
        return new Any { TypeUrl = ProcessType, Value = ByteString.CopyFromUtf8(process.ToJsonString()) };
    }

    private string MakeFifo(string name)
    {
        string path = Path.Combine(_directory, name);
        Descriptors.MakeFifo(path, OwnerOnly);
        return path;
    }

    /// <summary>The shim opens its side of a FIFO when it gets to it: what nobody has read when the last writer goes is lost.</summary>
    private async Task TakenAsync(DescriptorStream input)
    {
        for (int wait = 1; _exited is { IsCompleted: false } && Descriptors.Unread(input.File) > 0; wait = Math.Min(2 * wait, MostBetweenLooks))
            await Task.Delay(wait, _letGo.Token); // nothing tells that a FIFO has become empty
    }

    private async Task EndInputAsync()
    {
        try
        {
            await _client.Tasks.CloseIOAsync(new CloseIORequest { ContainerId = _container, ExecId = _id, Stdin = true }, ContainerdClient.InCriNamespace);
        }
        catch (RpcException)
        {
            // It has ended.
        }
    }

    private async Task KillAsync()
    {
        // A wait that failed says nothing of the process.
        if (_exited is { IsCompletedSuccessfully: true })
            return;
        try
        {
            await _client.Tasks.KillAsync(new KillRequest { ContainerId = _container, ExecId = _id, Signal = LibC.SIGKILL }, ContainerdClient.InCriNamespace);
        }
        catch (RpcException)
        {
            // It has ended, or the container is gone.
        }
    }

    private async Task RemoveAsync()
    {
        try
        {
            if (_exited is not null)
                await ((Task)_exited).WaitAsync(EndPatience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _client.Tasks.DeleteProcessAsync(new DeleteProcessRequest { ContainerId = _container, ExecId = _id }, ContainerdClient.InCriNamespace);
        }
        catch (RpcException)
        {
            // The container is gone, and everything in it.
        }
    }

    /// <summary>Its end is told to the shim, which holds the FIFO open too.</summary>
    private sealed class InputStream(TaskExec exec, DescriptorStream inner) : WriteOnlyStream
    {
        private int _ended;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

        protected override async ValueTask EndAsync()
        {
            if (Interlocked.Exchange(ref _ended, 1) != 0)
                return;
            await exec.TakenAsync(inner).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await inner.DisposeAsync();
            if (exec._started)
                await exec.EndInputAsync();
        }
    }
}
