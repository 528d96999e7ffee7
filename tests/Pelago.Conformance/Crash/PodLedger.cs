// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.Crash;

/// <summary>
/// Deployments whose pods write a line to a file of their own when they start. A pod that is never stopped writes it once, whatever happens to the
/// daemon, and its process stays the same.
/// </summary>
internal sealed class PodLedger : IDisposable
{
    private const string Deployments = "/apis/apps/v1/namespaces/default/deployments";
    private readonly string _directory = Directory.CreateTempSubdirectory("pelago-ledger-").FullName;
    private readonly string _mark = string.Create(CultureInfo.InvariantCulture, $"9{Random.Shared.Next(1_000_000, 9_999_999)}");

    public PodLedger() => File.SetUnixFileMode(_directory, (UnixFileMode)0x1ff);

    /// <summary>The cluster; set before anything else is asked for.</summary>
    public RawApi? Api { get; set; }

    public async Task DeployAsync(string name, int replicas) => (await Api!.PostAsync(Deployments, $$$"""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{{name}}}"},"spec":{"replicas":{{{replicas}}},"selector":{"matchLabels":{"ledger":"{{{name}}}"}},
         "template":{"metadata":{"labels":{"ledger":"{{{name}}}"}},"spec":{"terminationGracePeriodSeconds":1,
          "volumes":[{"name":"ledger","hostPath":{"path":"{{{_directory}}}"}}],
          "containers":[{"name":"main","image":"any","volumeMounts":[{"name":"ledger","mountPath":"{{{_directory}}}"}],
           "env":[{"name":"POD","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"} } }],
           "command":["/bin/sh","-c","echo start $(cat /proc/uptime) >>{{{_directory}}}/$POD; exec sleep {{{_mark}}}"]}]} } } }
        """)).Expect(201);

    /// <summary>Whether the daemon lives to hear it does not matter.</summary>
    public Task ScaleAsync(string name, int replicas) => Api!.PatchAsync($"{Deployments}/{name}", "merge-patch+json", $$$"""{"spec":{"replicas":{{{replicas}}}}}""");

    public Task ReadyAsync(string name) => Waiting.UntilAsync(
        async () =>
        {
            JsonObject deployment = (await Api!.GetAsync($"{Deployments}/{name}")).Expect(200).Json;
            int wanted = deployment["spec"]!["replicas"]!.GetValue<int>();
            JsonNode? status = deployment["status"];
            return status?["observedGeneration"]?.GetValue<long>() == deployment["metadata"]!["generation"]!.GetValue<long>()
                && (status["readyReplicas"]?.GetValue<int>() ?? 0) == wanted && (await PodsAsync(name)).Count == wanted;
        },
        $"the pods of {name} are as many as wanted, and ready");

    /// <summary>Pods by name: the container, how often it was restarted, and since when it runs.</summary>
    public async Task<SortedDictionary<string, string>> PodsAsync(string name)
    {
        JsonArray items = (await Api!.GetAsync($"/api/v1/namespaces/default/pods?labelSelector=ledger%3D{name}")).Expect(200).Json["items"]!.AsArray();
        return new SortedDictionary<string, string>(items.ToDictionary(pod => pod!["metadata"]!["name"]!.GetValue<string>(), Describe), StringComparer.Ordinal);
    }

    /// <summary>Every pod that ever started has started once, and what runs is exactly one process for each of <paramref name="pods"/>.</summary>
    public async Task VerifyAsync(IReadOnlyCollection<string> pods)
    {
        // A container is started a moment before its command has said so.
        foreach (string pod in pods)
            await Waiting.UntilAsync(() => Task.FromResult(File.Exists(Path.Combine(_directory, pod))), $"pod {pod}, which is ready, runs");
        foreach (string file in Directory.EnumerateFiles(_directory))
        {
            if (File.ReadAllLines(file).Length > 1)
                Assert.Fail($"pod {Path.GetFileName(file)} ran more than once:\n{File.ReadAllText(file)}{await StatusAsync(Path.GetFileName(file))}");
        }
        await Waiting.UntilAsync(() => Task.FromResult(Processes().Count == pods.Count), $"{pods.Count} processes run; {Processes().Count} do");
    }

    private async Task<string> StatusAsync(string pod) =>
        (await Api!.GetAsync($"/api/v1/namespaces/default/pods/{pod}")).Json["status"]?["containerStatuses"]?.ToJsonString() ?? "the pod is gone";

    /// <summary>Every pod has its network: a port that nothing listens on refuses instead of being silent.</summary>
    public async Task VerifyNetworkAsync(string name)
    {
        const int Nobody = 9;
        foreach ((string pod, string what) in await PodsAsync(name))
        {
            string address = what[(what.LastIndexOf('=') + 1)..];
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            SocketException refused = await Assert.ThrowsAsync<SocketException>(() => socket.ConnectAsync(address, Nobody, patience.Token).AsTask());
            Assert.True(refused.SocketErrorCode == SocketError.ConnectionRefused, $"pod {pod} cannot be reached at {address}: {refused.Message}");
        }
    }

    /// <summary>The processes of all pods on this machine.</summary>
    public IReadOnlyList<int> Processes()
    {
        var found = new List<int>();
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out int pid))
                continue;
            try
            {
                if (File.ReadAllText(Path.Combine(directory, "cmdline")) == $"sleep\0{_mark}\0")
                    found.Add(pid);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It ended while we looked.
            }
        }
        found.Sort();
        return found;
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static string Describe(JsonNode? pod)
    {
        JsonNode? container = pod!["status"]?["containerStatuses"]?[0];
        return $"{container?["containerID"]} restarts={container?["restartCount"]} state={container?["state"]?.ToJsonString()} ip={pod["status"]?["podIP"]}";
    }
}
