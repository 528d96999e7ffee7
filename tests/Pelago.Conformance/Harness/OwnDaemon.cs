// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using Pelago.TestKit;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Conformance.Harness;

/// <summary>A pelagod of one test's own, in a home that goes with it.</summary>
public sealed class OwnDaemon : IAsyncDisposable
{
    private readonly RunningDaemon _daemon;

    private OwnDaemon(string[] options) => _daemon = new RunningDaemon(Program(), Directory.CreateTempSubdirectory("pelago-own-").FullName, options);

    public string Kubeconfig => Path.Combine(_daemon.Home, "clusters", "pelago-1", "kubeconfig");

    /// <param name="options">Of <c>pelagod run</c>: <c>--nodes 3</c>, …</param>
    public static async Task<OwnDaemon> StartAsync(params string[] options)
    {
        var daemon = new OwnDaemon(options);
        try
        {
            await daemon.StartAgainAsync();
            return daemon;
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the daemon over the home; returns when its API answers and its nodes are Ready.</summary>
    public Task StartAgainAsync() => _daemon.StartAsync(TestContext.Current.CancellationToken);

    /// <summary>Starts the daemon over the home and kills it after so long, ready or not.</summary>
    public Task StartAndKillAsync(TimeSpan after) => _daemon.StartAndKillAsync(after, TestContext.Current.CancellationToken);

    /// <summary>SIGKILL: nothing of the daemon gets to say goodbye. Its pods go on.</summary>
    public Task KillAsync() => _daemon.EndAsync(RunningDaemon.KillSignal);

    /// <summary>SIGINT: its pods end too.</summary>
    public async ValueTask DisposeAsync()
    {
        await _daemon.DisposeAsync();
        Directory.Delete(_daemon.Home, recursive: true);
    }

    /// <summary>What <c>./pelago</c> has built, by its own means where it was not asked to yet.</summary>
    internal static string Program()
    {
        if (Environment.GetEnvironmentVariable("PELAGO_DAEMON") is { Length: > 0 } given)
            return given;
        string root = RepositoryRoot.Path;
        string program = Path.Combine(root, "artifacts", "publish", "pelagod", "pelagod");
        if (!File.Exists(program))
        {
            using Process build = Process.Start(new ProcessStartInfo(Path.Combine(root, "pelago"), ["--version"]) { UseShellExecute = false })!;
            build.WaitForExit();
        }
        return program;
    }
}
