/** The release of Apache Kafka that is downloaded. */
export const kafkaVersion = '4.4.0';

/** The broker speaks to slf4j 1.7, and brings log4j itself but not what joins the two; of log4j's version here. */
const log4jVersion = '2.25.5';

const dependency = (group: string, artifact: string, version: string) => `
    <dependency>
      <groupId>${group}</groupId>
      <artifactId>${artifact}</artifactId>
      <version>${version}</version>
    </dependency>`;

/** What Maven resolves to the jar files of one broker, log lines included. */
export const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>report-scheduler</groupId>
  <artifactId>local-kafka</artifactId>
  <version>1</version>
  <dependencies>${[
    dependency('org.apache.kafka', 'kafka_2.13', kafkaVersion),
    dependency('org.apache.logging.log4j', 'log4j-slf4j-impl', log4jVersion),
    dependency('org.apache.logging.log4j', 'log4j-core', log4jVersion),
    dependency('org.apache.logging.log4j', 'log4j-api', log4jVersion),
  ].join('')}
  </dependencies>
</project>
`;
