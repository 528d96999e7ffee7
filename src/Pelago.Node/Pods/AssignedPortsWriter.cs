// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using k8s.Models;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Pods;

/// <summary>Says on one pod at which ports it is reached, for those who write its endpoints. Called by the pod's worker only.</summary>
internal sealed class AssignedPortsWriter(PodServices services)
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(250);
    private readonly Dictionary<int, int> _ports = [];
    private readonly HashSet<int> _heeded = [];
    private string _sandbox = "";
    private DateTimeOffset? _settledAt;
    private string? _written;

    /// <summary>Some attempt at the program of a declared port was seen to listen on $PORT, and so needs no other.</summary>
    public bool IsHeeded(int declared) => _heeded.Contains(declared);

    /// <summary>
    /// Before containers start: what finds the pod ready must find its ports too. A program that knows nothing of PORT listens on the port that it declared, and
    /// is then said to be there. When to look again, at first soon after a container has started; null when every port has its listener.
    /// </summary>
    public async Task<TimeSpan?> WriteAsync(PodView view, CancellationToken cancel)
    {
        if (view.Sandbox is not { } sandbox)
            return null;
        DateTimeOffset started = view.Containers.Max(container => container.StartedAt) ?? sandbox.CreatedAt;
        bool isSettled = Look(sandbox, started);
        string wanted = AssignedPorts.Format(_ports);
        string present = _written ?? (view.Pod.Metadata.Annotations?.TryGetValue(AssignedPorts.Annotation, out string? text) == true ? text : "");
        if (wanted != present)
            await WriteAsync(view.Pod, wanted, cancel);
        TimeSpan age = services.Time.GetUtcNow() - started;
        return isSettled ? null : age < FirstLook ? FirstLook : age;
    }

    /// <summary>Whether each port that a program could take elsewhere is taken. One that was seen stays while its program restarts.</summary>
    private bool Look(PodSandboxStatus sandbox, DateTimeOffset started)
    {
        if (_sandbox != sandbox.Id)
        {
            (_sandbox, _settledAt) = (sandbox.Id, null);
            _ports.Clear();
            _heeded.Clear();
            foreach ((int declared, int assigned) in sandbox.AssignedPorts)
                _ports[declared] = assigned;
        }
        if (!sandbox.AssignedPorts.Any(IsMovable) || _settledAt == started)
            return true;
        IReadOnlyDictionary<int, int> listened = services.Runtime.ListenedPorts(sandbox.Id);
        foreach ((int declared, int port) in listened)
        {
            _ports[declared] = port;
            if (declared != port)
                _heeded.Add(declared);
        }
        bool isSettled = sandbox.AssignedPorts.Where(IsMovable).All(pair => listened.ContainsKey(pair.Key));
        _settledAt = isSettled ? started : null;
        return isSettled;
    }

    private static bool IsMovable(KeyValuePair<int, int> pair) => pair.Key > 0 && pair.Key != pair.Value;

    private async Task WriteAsync(V1Pod pod, string wanted, CancellationToken cancel)
    {
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["uid"] = pod.Metadata.Uid,
                ["annotations"] = new JsonObject { [AssignedPorts.Annotation] = wanted.Length == 0 ? null : wanted },
            },
        };
        var path = new ResourcePath(StatusWriter.Pods, pod.Metadata.NamespaceProperty, pod.Metadata.Name);
        ApiResult result = await services.Api.PatchAsync(path, PatchType.Merge, KubeJson.ToUtf8(patch), WriteQuery.None, cancel);
        if (result.Error is { IsNotFound: false, IsConflict: false } error)
            throw new IOException($"the assigned ports of the pod could not be written to the API server: {error.Message}");
        _written = wanted;
    }
}
