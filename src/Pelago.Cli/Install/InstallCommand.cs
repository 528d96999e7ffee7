// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Net;
using System.Text;
using System.Text.Json;
using Pelago.Cli.Images.Building;
using Pelago.Cli.Local;
using Pelago.Cli.Output;
using Pelago.Client;
using Pelago.Client.Local;
using Pelago.Kube;

namespace Pelago.Cli.Install;

/// <summary><c>pelago install</c>: hub and node agents onto a Kubernetes of somebody else's making. Again: as it should be, or a newer version.</summary>
internal static class InstallCommand
{
    // Agents have not the right to those below.
    private const int LeastPort = 1024;
    private const string DefaultSocket = "/run/containerd/containerd.sock";

    public static Command Build()
    {
        var target = new InstallTarget();
        var image = new Option<string>("--image") { Description = $"The image of Pelago (default: {ImageNames.Default})", HelpName = "REF", DefaultValueFactory = _ => ImageNames.Default };
        var socket = new Option<string>("--containerd-socket")
        {
            Description = $"Where the kubelets' containerd listens (default: {DefaultSocket})", HelpName = "PATH", DefaultValueFactory = _ => DefaultSocket,
        };
        Option<int?> port = CommandOptions.Number(
            "--agent-port", $"The port of every node at which its agent listens (default: {NodeApi.AgentPort})", "PORT", LeastPort, IPEndPoint.MaxPort);
        Option<int?> timeout = CommandOptions.Number("--timeout", "How many seconds to wait until all is ready; 0: do not wait (default: 300)", "SECONDS", 0, 86_400);
        var packages = new Option<bool>("--packages") { Description = "Also what 'pelago package install' needs; it gets the rights of an administrator, for packages hold objects of any kind" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Print the manifests instead, for kubectl or a repository" };
        Option<string> output = CommandOptions.Output("table", "json", "name");
        Option<bool> quiet = CommandOptions.Quiet();
        var command = new Command("install", "Put Pelago onto a real Kubernetes: images, files and logs of its nodes").WithExamples("""
            pelago install --kubeconfig ~/.kube/config --context production
            pelago install --image registry.example.com/team/pelago:1
            pelago install --packages                                     and software on it: pelago package install
            pelago install --dry-run | kubectl diff -f -
            pelago install --dry-run -o json              the same as one List
            pelago install --containerd-socket /run/k3s/containerd/containerd.sock    where k3s has it
            pelago install --agent-port 20360      where something else has that port of the nodes
            """);
        image.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } name && ImageNames.Whole(name) is null)
                result.AddError($"--image {name}: is no name of an image: it should look like registry.example.com/team/pelago:1");
        });
        socket.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } path && !Manifests.IsSocketPath(path))
                result.AddError($"--containerd-socket {path}: must be an absolute path below a directory of its own");
        });
        target.AddTo(command);
        foreach (Option option in new Option[] { image, socket, port, packages, timeout, dryRun, output, quiet })
            command.Options.Add(option);
        command.SetAction(async (parsed, cancel) =>
        {
            var manifests = new Manifests(parsed.GetValue(image)!, parsed.GetValue(socket)!, parsed.GetValue(port) ?? NodeApi.AgentPort, parsed.GetValue(packages));
            if (parsed.GetValue(dryRun))
            {
                PrintDry(manifests, parsed.GetValue(output));
                return ExitCode.Done;
            }
            using HttpKubeApi cluster = target.Connect(parsed);
            using var progress = new Progress(parsed.GetValue(quiet));
            return await RunAsync(cluster, manifests, TimeSpan.FromSeconds(parsed.GetValue(timeout) ?? 300), parsed.GetValue(output) ?? "table", progress, cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(HttpKubeApi cluster, Manifests manifests, TimeSpan timeout, string output, Progress progress, CancellationToken cancel)
    {
        if (!manifests.HasPackages && await HasPackagesAsync(cluster, cancel))
        {
            // Left behind, it would go on with an administrator's rights and the programs of long ago.
            progress.Say($"packages can be installed on cluster {cluster.Cluster} since an earlier '{Invocation.Program} install --packages': that part is renewed, too");
            manifests = manifests.WithPackages();
        }
        IReadOnlyList<Manifest> all = manifests.All;
        foreach (Manifest manifest in all)
        {
            progress.Show($"applying {manifest}");
            await ApplyAsync(cluster, manifest, cancel);
        }
        if (timeout > TimeSpan.Zero)
            await new Rollout(cluster, manifests, progress, TimeProvider.System).WaitAsync(timeout, cancel);
        progress.Clear();
        Print(all, cluster.Cluster, manifests.Image, output);
        if (timeout > TimeSpan.Zero)
            progress.Say($"Pelago {VersionCommand.Version} runs on cluster {cluster.Cluster}; '{Invocation.Program} uninstall' takes it away again");
        return ExitCode.Done;
    }

    private static async Task<bool> HasPackagesAsync(HttpKubeApi cluster, CancellationToken cancel)
    {
        ApiResult found = await cluster.GetAsync(new ResourcePath(new GroupVersionResource("apps", "v1", "deployments"), NodeApi.Namespace, NodeApi.Packages), cancel);
        return found.Error switch
        {
            null => true,
            { Code: 401 or 403 or 404 } => false, // who may not look may not apply either, and is told so with what was to be applied
            { } refused => throw new CliException($"cluster {cluster.Cluster} does not say whether packages can be installed there: {refused.Message}"),
        };
    }

    private static async Task ApplyAsync(HttpKubeApi cluster, Manifest manifest, CancellationToken cancel)
    {
        byte[] document = KubeJson.ToUtf8(manifest.Document);
        var query = new WriteQuery { FieldManager = Manifests.FieldManager };
        ApiResult answer = manifest.Kind == "APIService"
            ? await MergeAsync(cluster, manifest, document, query, cancel)
            : await cluster.PatchAsync(manifest.Path, PatchType.Apply, document, query with { Force = true }, cancel);
        if (answer.Error is not { } refused)
            return;
        string next = refused.Code is 401 or 403
            ? ". An installation takes the rights of an administrator of the cluster (cluster-admin)"
            : "";
        throw new CliException($"cluster {cluster.Cluster} did not take {manifest}: {refused.Message}{next}. What was applied before it stays; '{Invocation.Program} uninstall' removes it");
    }

    /// <summary>The API server of 1.20 breaks off an apply of an APIService ("FieldManager must be installed"); what another one adds stays with a merge, too.</summary>
    private static async Task<ApiResult> MergeAsync(HttpKubeApi cluster, Manifest manifest, byte[] document, WriteQuery query, CancellationToken cancel)
    {
        ApiResult patched = await cluster.PatchAsync(manifest.Path, PatchType.Merge, document, query, cancel);
        return patched.Error is { IsNotFound: true } ? await cluster.CreateAsync(manifest.Path with { Name = "" }, document, query, cancel) : patched;
    }

    private static void PrintDry(Manifests manifests, string? output)
    {
        if (output is null or "json")
            Console.Out.Write(output is null ? manifests.Text : Encoding.UTF8.GetString(KubeJson.ToUtf8(manifests.List)) + "\n");
        else
            Print(manifests.All, "", manifests.Image, output);
    }

    private static void Print(IReadOnlyList<Manifest> all, string cluster, string image, string output)
    {
        if (output == "json")
        {
            var result = new InstallResult(cluster, image, VersionCommand.Version, [.. all.Select(manifest => manifest.Reference)]);
            Console.Out.WriteLine(JsonSerializer.Serialize(result, CliJson.Default.InstallResult));
            return;
        }
        if (output == "name")
        {
            foreach (Manifest manifest in all)
                Console.Out.WriteLine($"{manifest.Kind.ToLowerInvariant()}/{manifest.Name}");
            return;
        }
        var table = new TextTable("KIND", "NAMESPACE", "NAME");
        foreach (Manifest manifest in all)
            table.Add(manifest.Kind, manifest.Namespace.Length > 0 ? manifest.Namespace : "-", manifest.Name);
        table.WriteTo(Console.Out);
    }
}
