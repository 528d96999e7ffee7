// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Pelago.Cli.Tests.Clusters;
using Pelago.Cli.Tests.Images;
using Pelago.TestKit;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

/// <summary>
/// A cluster with two tasks, <c>ada</c> and <c>bob</c>, that have files of every difficult sort; <c>ada</c> alone has the file <c>only</c>. One for all tests
/// of the collection, on whichever cluster is under test.
/// </summary>
public sealed class FilesHome(GivenCluster given) : IAsyncLifetime
{
    // Streams that are written to at once come from containerd in either order.
    private const string Files = """
        printf 'one\ntwo\nthree\n' >lines; : >empty; printf 'no end' >unfinished; head -c 3000000 /dev/urandom >big; printf 'a\0b\n' >binary; : >one.a; : >one.b
        mkdir -p deep/er; echo x >deep/er/x.log; printf nl >"$(printf 'two\nlines')"; ln -s /etc/hostname out; ln -s lines in
        echo "ready $NAME"; sleep 1; echo "broken $NAME" >&2
        """;

    private const string Label = "files-home";
    private readonly LocalHome _home = new();

    public string Kubeconfig { get; private set; } = "";

    internal TestApi Api { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (GivenCluster.IsReal)
            await UseGivenAsync();
        else
            await _home.UpAsync();
        if (GivenCluster.HasContainers)
            await ImportAsync();
        Kubeconfig = GivenCluster.IsReal ? GivenCluster.Kubeconfig : _home.Places.Kubeconfig;
        Api = new TestApi(Kubeconfig);
        await Task.WhenAll(AddAsync("ada", Files + "\necho 1 >only; exec sleep 1000"), AddAsync("bob", Files + "\nexec sleep 1000"));
        await Task.WhenAll(ReadyAsync("ada", "broken ada"), ReadyAsync("bob", "broken bob"));
    }

    public async ValueTask DisposeAsync()
    {
        if (GivenCluster.IsReal)
            await ProgramRun.RunAsync("kubectl", ["--kubeconfig", Kubeconfig, "delete", "pods,jobs", "-l", $"app={Label}", "--wait=false"], null, TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        await Api.DisposeAsync();
        await _home.DisposeAsync();
    }

    public string Beside(string name) => _home.Beside(name);

    public string Root => _home.Root;

    internal Task<ProgramResult> RunAsync(params string[] arguments) => _home.RunAsync(arguments);

    /// <summary>What a command prints that must succeed.</summary>
    public async Task<string> PrintAsync(params string[] arguments)
    {
        ProgramResult result = await _home.RunAsync(arguments);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Output;
    }

    public Task AddAsync(string name, string script, string restart = "Always") => Api.ApplyAsync("pods", new JsonObject
    {
        ["metadata"] = Metadata(name),
        ["spec"] = new JsonObject
        {
            ["restartPolicy"] = restart, ["terminationGracePeriodSeconds"] = 1,
            ["containers"] = new JsonArray(new JsonObject
            {
                ["name"] = "main", ["image"] = GivenCluster.Shell, ["command"] = new JsonArray("/bin/sh", "-c", script),
                ["env"] = new JsonArray(new JsonObject { ["name"] = "NAME", ["value"] = name }),
            }),
        },
    });

    /// <summary>A Job that is gone with its pod as soon as it has ended.</summary>
    public Task AddJobAsync(string name, string script) => Api.ApplyAsync("batch/jobs", new JsonObject
    {
        ["metadata"] = Metadata(name),
        ["spec"] = new JsonObject
        {
            ["ttlSecondsAfterFinished"] = 0, ["backoffLimit"] = 0,
            ["template"] = new JsonObject
            {
                ["spec"] = new JsonObject
                {
                    ["restartPolicy"] = "Never", ["terminationGracePeriodSeconds"] = 0,
                    ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = GivenCluster.Shell, ["command"] = new JsonArray("/bin/sh", "-c", script) }),
                },
            },
        },
    });

    private static JsonObject Metadata(string name) => new() { ["name"] = name, ["labels"] = new JsonObject { ["app"] = Label } };

    private async Task UseGivenAsync()
    {
        if (GivenCluster.Missing() is { } missing)
            throw new InvalidOperationException(missing);
        await given.InstallAsync();
    }

    private async Task ImportAsync()
    {
        string archive = Beside("busybox.tar");
        ProgramResult built = await ProgramRun.RunAsync(Path.Combine(RepositoryRoot.Path, "tests/images/build"), ["busybox", archive], null, TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.True(built.ExitCode == 0, built.ToString());
        await PrintAsync("image", "import", "-q", archive);
    }

    private Task<string> ReadyAsync(string name, string text) => Api.TextAsync($"/api/v1/namespaces/default/pods/{name}/log", text);
}
