import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import software.amazon.event.ruler.JsonRuleCompiler;
import software.amazon.event.ruler.Machine;
import software.amazon.event.ruler.RuleCompiler;

/**
 * Judges pairs of an event pattern and an event with AWS's own rule engine: one JSON object a line in, one verdict a
 * line out. Both members of a pair are texts, so that the engine reads what was written.
 */
public final class Judge {
    private static final ObjectMapper JSON = new ObjectMapper();

    private String pattern;
    private String refusal;
    private Machine machine;
    /** The engine's way until 2.0: it steps from field to field. */
    private Machine stepping;

    private Judge() {
    }

    public static void main(String[] arguments) throws Exception {
        Judge judge = new Judge();
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
                BufferedWriter out = new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                out.write(JSON.writeValueAsString(judge.judge(JSON.readTree(line))));
                out.newLine();
            }
        }
    }

    private ObjectNode judge(JsonNode pair) throws Exception {
        compile(pair.get("pattern").textValue());
        ObjectNode verdict = JSON.createObjectNode();
        if (refusal != null) {
            // The engine compiles a pattern in two ways, and says what it has against it in the words of the second.
            verdict.putArray("reasons")
                    .add(firstLine(refusal))
                    .add(firstLine(JsonRuleCompiler.check(pattern)))
                    .add(firstLine(RuleCompiler.check(pattern)));
            return verdict;
        }
        String event = pair.get("event").textValue();
        verdict.put("matches", !machine.rulesForJSONEvent(event).isEmpty());
        verdict.put("matchesStepping", !stepping.rulesForJSONEvent(event).isEmpty());
        return verdict;
    }

    private void compile(String given) {
        if (given.equals(pattern)) return;
        pattern = given;
        refusal = null;
        machine = Machine.builder().build();
        stepping = (Machine) Machine.builder().withStructuredMatching(false).build();
        try {
            machine.addRule("rule", pattern);
            stepping.addRule("rule", pattern);
        } catch (Exception fault) {
            refusal = String.valueOf(fault.getMessage());
        }
    }

    private static String firstLine(String message) {
        return message == null ? "" : message.split("\n", 2)[0];
    }
}
