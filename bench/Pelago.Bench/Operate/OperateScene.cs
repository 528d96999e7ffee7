// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Net.Http;
using System.Text;
using System.Text.RegularExpressions;
using Pelago.Bench.Api;
using Pelago.TestKit.Processes;

namespace Pelago.Bench.Operate;

/// <summary>A daemon of its own, relays before each of its API servers, and <c>pelago</c> as a process that goes through them.</summary>
internal sealed partial class OperateScene : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pelago-bench-");
    private readonly List<CuttingRelay> _relays = [];

    private OperateScene(string[] options) =>
        Daemon = new RunningDaemon(DaemonProgram.Path, Path.Combine(_folder.FullName, "home"), options);

    public RunningDaemon Daemon { get; }

    public BenchedServer Server { get; private set; } = null!;

    /// <summary>A kubeconfig of all clusters, through the relays.</summary>
    public string Relayed => Beside("relayed");

    /// <summary>What the API servers have sent through the relays, in bytes of TLS.</summary>
    public long BytesSent => _relays.Sum(relay => relay.BytesBack);

    private static string Program
    {
        get
        {
            string built = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "pelago", "pelago"));
            return File.Exists(built) ? built : Environment.GetEnvironmentVariable("PELAGO_COMMAND") ?? throw new InvalidOperationException("there is no pelago beside this program; run it as ./pelago bench operate");
        }
    }

    public static async Task<OperateScene> StartAsync(string[] options, CancellationToken cancel)
    {
        var scene = new OperateScene(options);
        try
        {
            await scene.Daemon.StartAsync(cancel);
            string kubeconfig = await File.ReadAllTextAsync(scene.Daemon.Kubeconfig, cancel);
            kubeconfig = ServerUrl().Replace(kubeconfig, match =>
            {
                var relay = new CuttingRelay(int.Parse(match.Groups[1].ValueSpan));
                scene._relays.Add(relay);
                return $"https://127.0.0.1:{relay.Port}";
            });
            await File.WriteAllTextAsync(scene.Relayed, kubeconfig, cancel);
            scene.Server = new BenchedServer("", scene.Daemon.Kubeconfig);
            return scene;
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    public string Beside(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Ends every connection of clients at once, as a network does that goes away.</summary>
    public void CutConnections()
    {
        foreach (CuttingRelay relay in _relays)
            relay.Cut();
    }

    public Process Start(params string[] arguments) => Start(Program, [.. arguments, "--kubeconfig", Relayed]);

    public Process Start(string program, string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        Environment = { ["PELAGO_HOME"] = Daemon.Home, ["KUBECONFIG"] = Relayed },
    })!;

    /// <summary>A command to its end: how long it took with its start, its exit code and what it printed.</summary>
    public async Task<Ended> RunAsync(CancellationToken cancel, params string[] arguments)
    {
        long began = Stopwatch.GetTimestamp();
        using Process process = Start(arguments);
        process.StandardInput.Close();
        using var output = new MemoryStream();
        Task<string> errors = process.StandardError.ReadToEndAsync(cancel);
        await process.StandardOutput.BaseStream.CopyToAsync(output, cancel);
        await process.WaitForExitAsync(cancel);
        return new Ended(process.ExitCode, Stopwatch.GetElapsedTime(began), output.ToArray(), await errors);
    }

    public Task AddAsync(string path, string document, CancellationToken cancel) => Server.SendAsync(0, HttpMethod.Post, path, Encoding.UTF8.GetBytes(document), cancel);

    /// <summary>Waits until a question about the cluster has an answer.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds, string what, CancellationToken cancel, TimeSpan? patience = null)
    {
        long began = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            if (Stopwatch.GetElapsedTime(began) > (patience ?? Patience))
                throw new InvalidOperationException($"it did not come to be: {what}");
            await Task.Delay(200, cancel); // a poll with a limit: what is asked for is in another process, which tells nobody
        }
    }

    /// <summary>How many tasks are in a state.</summary>
    public async Task<int> CountAsync(string where, CancellationToken cancel)
    {
        Ended told = await RunAsync(cancel, "ps", "-w", where, "-o", "name");
        return told.ExitCode is 0 or 3 ? told.Output.AsSpan().Count((byte)'\n') : throw new InvalidOperationException(told.Error);
    }

    public async ValueTask DisposeAsync()
    {
        Server?.Dispose();
        foreach (CuttingRelay relay in _relays)
            relay.Dispose();
        await Daemon.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [GeneratedRegex("https://127\\.0\\.0\\.1:([0-9]+)")]
    private static partial Regex ServerUrl();
}

/// <summary>A command that has ended.</summary>
internal sealed record Ended(int ExitCode, TimeSpan Took, byte[] Output, string Error)
{
    public string Text => Encoding.UTF8.GetString(Output);

    public Ended Checked() => ExitCode == 0 ? this : throw new InvalidOperationException($"a command ended with {ExitCode}: {Error}");
}
