// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Tables;

/// <summary>
/// What a pod is up to, in one word, and how often its containers were started again. Follows printPod of upstream's
/// pkg/printers/internalversion, whose words users know: <c>Init:0/2</c>, <c>CrashLoopBackOff</c>, <c>Completed</c>, <c>Terminating</c>.
/// </summary>
internal sealed class PodCells
{
    private readonly PrintedObject _pod;
    private readonly HashSet<string> _sidecars;
    private readonly int _initContainers;
    private readonly int _total;
    private string _reason;
    private int _ready;
    private Restarts _restarts;

    private PodCells(PrintedObject pod)
    {
        _pod = pod;
        IReadOnlyList<JsonObject> init = pod.List("spec", "initContainers");
        _initContainers = init.Count;
        _sidecars = [.. init.Where(container => container.String("restartPolicy") == "Always").Select(container => container.String("name") ?? "")];
        _total = pod.List("spec", "containers").Count + _sidecars.Count;
        _reason = Reason();
    }

    public static TablePrinter Printer { get; } = new(
        [
            Column.Name.Column,
            new TableColumn("Ready", "string", "Containers that are ready, of all containers."),
            new TableColumn("Status", "string", "What the pod is doing, or why it does not."),
            new TableColumn("Restarts", "string", "How often containers were started again, and when last."),
            Column.Age.Column,
            new TableColumn("IP", "string", "First address of the pod.", 1),
            new TableColumn("Node", "string", "Node that the pod runs on.", 1),
            new TableColumn("Nominated Node", "string", "Node where room is being made for the pod.", 1),
            new TableColumn("Readiness Gates", "string", "Readiness gates that are true, of all gates.", 1),
        ],
        static item => new PodCells(item).Print())
    {
        Condition = static item => item.Text("status", "phase") switch
        {
            "Succeeded" => new RowCondition("Succeeded", "The pod has completed successfully."),
            "Failed" => new RowCondition("Failed", "The pod failed."),
            _ => null,
        },
    };

    private Cell[] Print()
    {
        bool initializing = ReadInitContainers(out Restarts ofSidecars);
        if (!initializing || _pod.Condition("Initialized")?.String("status") == "True")
        {
            _restarts = ofSidecars;
            ReadContainers();
        }
        if (_pod.IsDeleting)
            _reason = DeletingReason();
        return
        [
            _pod.Name, $"{_ready}/{_total}", _reason, _restarts.Print(_pod.Now), _pod.Age,
            Or(_pod.List("status", "podIPs") is [var first, ..] ? first.String("ip") : _pod.Text("status", "podIP")),
            Or(_pod.Text("spec", "nodeName")), Or(_pod.Text("status", "nominatedNodeName")), Gates(),
        ];
    }

    private static string Or(string? text) => string.IsNullOrEmpty(text) ? Column.None : text;

    private string Reason()
    {
        string? reason = _pod.Text("status", "reason");
        string word = string.IsNullOrEmpty(reason) ? _pod.Text("status", "phase") ?? "" : reason;
        return _pod.Condition("PodScheduled")?.String("reason") == "SchedulingGated" ? "SchedulingGated" : word;
    }

    private string DeletingReason()
    {
        if (_pod.Text("status", "reason") == "NodeLost")
            return "Unknown";
        return _pod.Text("status", "phase") is "Succeeded" or "Failed" ? _reason : "Terminating";
    }

    /// <summary>True when an init container is still to come, or failed: then it is what the pod is doing.</summary>
    private bool ReadInitContainers(out Restarts ofSidecars)
    {
        ofSidecars = default;
        IReadOnlyList<JsonObject> statuses = _pod.List("status", "initContainerStatuses");
        for (int i = 0; i < statuses.Count; i++)
        {
            JsonObject status = statuses[i];
            bool sidecar = _sidecars.Contains(status.String("name") ?? "");
            _restarts = _restarts.With(status);
            if (sidecar)
                ofSidecars = ofSidecars.With(status);
            JsonObject? ended = State(status, "terminated");
            if (ended is not null && (ended.Integer("exitCode") ?? 0) == 0)
                continue;
            if (sidecar && status.Boolean("started") == true)
            {
                _ready += status.Boolean("ready") == true ? 1 : 0;
                continue;
            }
            string? waiting = State(status, "waiting")?.String("reason");
            _reason = ended is not null ? $"Init:{Ending(ended)}"
                : !string.IsNullOrEmpty(waiting) && waiting != "PodInitializing" ? $"Init:{waiting}"
                : $"Init:{i}/{_initContainers}";
            return true;
        }
        return false;
    }

    private void ReadContainers()
    {
        bool running = false;
        // From the last to the first: of several that have something to say, the first has the word.
        foreach (JsonObject status in _pod.List("status", "containerStatuses").Reverse())
        {
            _restarts = _restarts.With(status);
            string? waiting = State(status, "waiting")?.String("reason");
            if (!string.IsNullOrEmpty(waiting))
            {
                _reason = waiting;
            }
            else if (State(status, "terminated") is { } ended)
            {
                _reason = Ending(ended);
            }
            else if (status.Boolean("ready") == true && State(status, "running") is not null)
            {
                running = true;
                _ready++;
            }
        }
        if (running && _reason == "Completed")
            _reason = _pod.Condition("Ready")?.String("status") == "True" ? "Running" : "NotReady";
    }

    private string Gates()
    {
        IReadOnlyList<JsonObject> gates = _pod.List("spec", "readinessGates");
        if (gates.Count == 0)
            return Column.None;
        PrintedObject pod = _pod;
        int open = gates.Count(gate => pod.Condition(gate.String("conditionType") ?? "")?.String("status") == "True");
        return $"{open}/{gates.Count}";
    }

    private static JsonObject? State(JsonObject status, string state) => status.Object("state")?.Object(state);

    private static string Ending(JsonObject ended)
    {
        if (ended.String("reason") is { Length: > 0 } reason)
            return reason;
        return ended.Integer("signal") is { } signal and not 0 ? $"Signal:{signal}" : $"ExitCode:{ended.Integer("exitCode") ?? 0}";
    }

    /// <summary>A sum of restarts, and the end of the container that was restarted last.</summary>
    private readonly record struct Restarts(long Count, DateTimeOffset? Last)
    {
        public Restarts With(JsonObject status)
        {
            DateTimeOffset? last = Last;
            string? finished = status.Object("lastState")?.Object("terminated")?.String("finishedAt");
            if (MetaTime.TryParse(finished, out DateTimeOffset ended) && (last is null || ended > last))
                last = ended;
            return new Restarts(Count + (status.Integer("restartCount") ?? 0), last);
        }

        public string Print(DateTimeOffset now) =>
            Count != 0 && Last is { } last ? $"{Count} ({HumanDuration.Format(now - last)} ago)" : $"{Count}";
    }
}
