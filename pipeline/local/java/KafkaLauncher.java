package wire.launcher;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kafka.Kafka;
import kafka.tools.StorageTool;

/** Formats the data directory of one Kafka broker if that was not done yet, and runs the broker. */
public final class KafkaLauncher {
    /** Arguments: the parent's process id, the properties file, the cluster id, options for formatting. */
    public static void main(String[] arguments) {
        Parent.endWith(arguments[0]);
        List<String> format = new ArrayList<>(List.of(
            "format", "--ignore-formatted", "--config", arguments[1], "--cluster-id", arguments[2]));
        format.addAll(Arrays.asList(arguments).subList(3, arguments.length));
        int code = StorageTool.execute(format.toArray(String[]::new), System.out);
        if (code != 0) {
            System.exit(code);
        }
        Kafka.main(new String[] {arguments[1]});
    }
}
