// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Cli.Dcsh;

/// <summary>
/// The Job of one run: one pod, tried once. A Job and no bare pod, so that the cluster takes it away by itself when nobody is there to do it.
/// </summary>
internal static class RunJob
{
    public const string IdLabel = "dcsh.pelago.dev/id";
    public const string IndexLabel = "dcsh.pelago.dev/index";
    public const string Container = "main";

    /// <summary>Where the run lives in its container; its working directory is <c>work</c> in it.</summary>
    public const string Home = "/dcsh";

    /// <summary>For all that has no bound of its own: what is brought along, output that is taken slowly.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromHours(1);
    private const string ScriptHash = "dcsh.pelago.dev/script-sha256";
    private const string StopAsked = $"kill -TERM \"-$(cat {Home}/run/pid)\"";

    public static string NameOf(string id, int index) => $"dcsh-{id}-{index.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>
    /// The seconds after which the cluster ends a Job that should have been over long before, also where its client was killed and its pod never ran. A run
    /// may wait as long as it may run. Null: it may take as long as it takes.
    /// </summary>
    public static long? DeadlineOf(RunRequest request, TimeSpan grace) =>
        request.Timeout == TimeSpan.Zero ? null : (long)Math.Ceiling((request.Timeout + request.Timeout + grace + Slack).TotalSeconds);

    /// <param name="isHeld">Its first deadline is that of a <see cref="WaitingLease"/>.</param>
    public static byte[] Document(RunRequest request, string id, int index, int total, string cluster, string? node, TimeSpan grace, bool isHeld)
    {
        JsonObject Labels() => new()
        {
            ["app.kubernetes.io/managed-by"] = "dcsh", [IdLabel] = id, [IndexLabel] = index.ToString(CultureInfo.InvariantCulture),
        };
        var metadata = new JsonObject { ["name"] = NameOf(id, index), ["namespace"] = request.Namespace, ["labels"] = Labels() };
        if (request.Script.Length > 0)
            metadata["annotations"] = new JsonObject { [ScriptHash] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request.Script))) };
        var pod = new JsonObject
        {
            ["restartPolicy"] = "Never", ["terminationGracePeriodSeconds"] = 5, ["automountServiceAccountToken"] = false, ["enableServiceLinks"] = false,
            ["containers"] = new JsonArray(MakeContainer(request, id, index, total, cluster, grace)),
            ["volumes"] = new JsonArray(new JsonObject { ["name"] = "dcsh", ["emptyDir"] = new JsonObject() }),
        };
        if (Selector(request.Where) is { } selector)
            pod["nodeSelector"] = selector;
        if (node is not null)
            pod.ObjectOrNew("nodeSelector")["kubernetes.io/hostname"] = node;
        var spec = new JsonObject
        {
            ["backoffLimit"] = 0, ["completions"] = 1, ["parallelism"] = 1, ["ttlSecondsAfterFinished"] = 0,
            ["template"] = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = Labels() }, ["spec"] = pod },
        };
        if ((isHeld ? (long)WaitingLease.Term.TotalSeconds : DeadlineOf(request, grace)) is { } deadline)
            spec["activeDeadlineSeconds"] = deadline;
        return KubeJson.ToUtf8(new JsonObject { ["apiVersion"] = "batch/v1", ["kind"] = "Job", ["metadata"] = metadata, ["spec"] = spec });
    }

    private static JsonObject MakeContainer(RunRequest request, string id, int index, int total, string cluster, TimeSpan grace)
    {
        string[] command =
        [
            "/bin/sh", "-c", RemoteScripts.Keeper, "dcsh", Number((int)grace.TotalSeconds), Number((int)Math.Ceiling(request.Timeout.TotalSeconds)), request.Keep ? "1" : "0",
            request.HasTerminal ? "terminal" : "pipes", request.ScriptName, request.Script, .. request.Command,
        ];
        var environment = new JsonArray(
            Variable("DCSH_ID", id), Variable("DCSH_INDEX", Number(index)), Variable("DCSH_TOTAL", Number(total)), Variable("DCSH_CLUSTER", cluster),
            new JsonObject { ["name"] = "DCSH_NODE", ["valueFrom"] = new JsonObject { ["fieldRef"] = new JsonObject { ["fieldPath"] = "spec.nodeName" } } });
        foreach ((string name, string value) in request.Environment)
            environment.Add((JsonNode)Variable(name, value));
        var container = new JsonObject
        {
            ["name"] = Container, ["image"] = request.Image, ["imagePullPolicy"] = "IfNotPresent",
            ["command"] = new JsonArray([.. command.Select(word => (JsonNode)Literal(word))]),
            ["workingDir"] = Home, ["env"] = environment,
            ["volumeMounts"] = new JsonArray(new JsonObject { ["name"] = "dcsh", ["mountPath"] = Home }),
            ["lifecycle"] = new JsonObject { ["preStop"] = new JsonObject { ["exec"] = new JsonObject { ["command"] = new JsonArray("/bin/sh", "-c", StopAsked) } } },
        };
        var requests = new JsonObject();
        if (request.Cpus is { } cpus)
            requests["cpu"] = cpus;
        if (request.Memory is { } memory)
            requests["memory"] = memory;
        if (requests.Count > 0)
            container["resources"] = new JsonObject { ["requests"] = requests, ["limits"] = requests.DeepClone() };
        return container;
    }

    private static JsonObject? Selector(string? where)
    {
        if (string.IsNullOrEmpty(where))
            return null;
        var selector = new JsonObject();
        foreach (string pair in where.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                throw new CliException($"where {pair}: must be labels of nodes, a=b,c=d", ExitCode.Usage);
            selector[pair[..equals]] = pair[(equals + 1)..];
        }

        return selector;
    }

    /// <summary>The cluster would put variables into words of its form: two dollars mean one.</summary>
    private static string Literal(string word) => word.Replace("$", "$$", StringComparison.Ordinal);

    private static JsonObject Variable(string name, string value) => new() { ["name"] = name, ["value"] = Literal(value) };

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
